import type { Message } from '../../contracts/data'
import type { Suite, SuiteItem } from './suite'

/** Rows of the person's data as a suite of references. */
export function referenceSuite(
  rows: readonly { row: number; messages: Message[]; tools: unknown[] | null; reference: string }[],
  maxNewTokens: number,
): Suite {
  return {
    name: 'references',
    score: 'references',
    title: { en: 'Your rows: answers beside yours', 'zh-CN': '你的数据：与参考答案对照' },
    maxNewTokens,
    items: rows.map(({ row, messages, tools, reference }) => ({
      id: String(row),
      row,
      messages,
      tools,
      fields: { references: [reference] },
    })),
  }
}

/** The same questions, whose answers are held against the person's documents. */
export const truthSuite = (references: Suite): Suite => ({
  ...references,
  name: 'truth',
  score: 'truth',
  title: { en: 'Your documents: is it true?', 'zh-CN': '你的文档：说得对吗' },
  items: references.items.map((item) => ({ ...item, fields: {} })),
  answersOf: references.name,
})

/** The loss of the person's rows; which rows have one is known when it is measured. */
export function lossSuite(rows: readonly number[], print: string): Suite {
  return {
    name: 'loss',
    score: 'text',
    title: { en: 'Your rows: held-out loss', 'zh-CN': '你的数据：留出损失' },
    maxNewTokens: 1,
    items: rows.map((row) => ({ id: String(row), row, messages: [], tools: null, fields: { print } })),
  }
}

/** `count` items spread evenly over a suite (twins stay together); all where there are not more. */
export function thinned(suite: Suite, count: number): Suite {
  if (suite.items.length <= count) return suite
  const groups = new Map<string, SuiteItem[]>()
  for (const item of suite.items) {
    const group = String(item.fields.pair ?? `item ${item.id}`)
    groups.set(group, [...(groups.get(group) ?? []), item])
  }
  const all = [...groups.values()]
  const wanted = Math.max(1, Math.round((all.length * count) / suite.items.length))
  const items = Array.from({ length: wanted }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / wanted)]).flat()
  return { ...suite, items }
}
