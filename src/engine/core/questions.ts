import type { ByteSource } from '../../contracts/bytes'
import type { DataOptions, Message } from '../../contracts/data'
import { readExamples } from '../../data/index'
import { fail } from '../../errors/index'
import type { DataQuestion } from '../api/types'

type Example = Awaited<ReturnType<typeof readExamples>>['examples'][number]['example']

/**
 * Every row that ends with an answer, as the question and that answer. Rows that training would leave out are left out
 * here as well. Throws 'eval-no-questions' where none is left.
 */
export async function questionsOf(
  source: ByteSource,
  options: Pick<DataOptions, 'mapping'> = {},
): Promise<DataQuestion[]> {
  const { examples, rowsRead } = await readExamples(source, options)
  const questions = examples.flatMap(({ row, example }) => {
    const found = questionOf(example)
    return found ? [{ row, ...found }] : []
  })
  if (questions.length === 0) throw fail('eval-no-questions', { file: source.name, rows: rowsRead })
  return questions
}

function questionOf(example: Example): Omit<DataQuestion, 'row'> | null {
  if (example.kind === 'text') return null
  if (example.kind === 'completion') {
    const { prompt, completion } = example
    return prompt.trim() === '' ? null : { messages: [user(prompt)], tools: null, reference: completion.trim() }
  }
  const all = example.kind === 'chat' ? example.messages : [...example.prompt, ...example.completion]
  const last = all.findLastIndex(({ role, content }) => role === 'assistant' && (content ?? '').trim() !== '')
  const before = all.slice(0, last)
  if (last < 0 || !before.some(({ role }) => role === 'user')) return null
  return { messages: before, tools: example.tools, reference: all[last].content!.trim() }
}

const user = (content: string): Message => ({ role: 'user', content })
