import { stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readRows } from '../../../data'
import { asPlainJson } from '../../../data/exact-json'
import { fail, TuneError, type SerializedError } from '../../../errors'
import { judgeAnswer, prepareRules, type RuleVerdicts } from '../../../eval/ifeval/check'
import { readIfevalRow } from '../../../eval/ifeval/rows'
import { scoreIfeval } from '../../../eval/ifeval/score'
import { nodeFile } from '../../../storage/node/node-folder'
import type { CommandContext } from '../command'
import { makeOut } from '../inputs'

/** Answers that were made elsewhere are judged without a model and without a GPU. */
export async function judgeAnswers({ options, terminal, root }: CommandContext): Promise<void> {
  if (options.suite !== 'ifeval')
    throw fail('cli-option-value', { option: '--suite', value: options.suite as string, expected: 'ifeval' })
  const [answers, out] = [options.answers as string, options.out as string]
  const info = await stat(answers).catch(() => null)
  if (!info?.isFile()) throw fail('cli-file-missing', { option: '--answers', path: answers })
  const paths = { verdicts: join(out, 'verdicts.jsonl'), scores: join(out, 'scores.json') }
  if (Object.values(paths).some((path) => resolve(path) === resolve(answers)))
    throw fail('cli-out-is-source', { out, option: '--answers' })
  await makeOut(out, {}, root)

  const judged: { rules: string[]; verdicts: RuleVerdicts }[] = []
  const errors: (SerializedError & { row: number; key: string | number | null })[] = []
  const lines: string[] = []
  for await (const source of readRows(await nodeFile(answers))) {
    const value = 'value' in source ? asPlainJson(source.value) : null
    try {
      if ('error' in source) throw source.error
      const { rules, response } = readIfevalRow(source.row, value as Record<string, unknown>)
      const verdicts = judgeAnswer(await prepareRules(source.row, rules), response)
      judged.push({ rules: rules.map(({ rule }) => rule), verdicts })
      lines.push(JSON.stringify(verdicts))
    } catch (error) {
      if (!(error instanceof TuneError)) throw error
      if (errors.length < 10) terminal.warning(error.message)
      errors.push({ row: source.row, key: keyOf(value), ...error.toJSON() })
      lines.push(JSON.stringify({ strict: null, loose: null, error: error.toJSON() }))
    }
    terminal.progress({ phase: 'evaluate', done: lines.length, total: 0, unit: 'rows' })
  }
  if (errors.length > 10) terminal.line(`… and ${errors.length - 10} more rows are left out`)
  const { rules, ...rates } = scoreIfeval(judged)
  const counts = { suite: 'ifeval', rows: lines.length, judged: judged.length, left_out: errors.length }
  await writeFile(paths.verdicts, lines.map((line) => `${line}\n`).join(''))
  await writeFile(paths.scores, `${JSON.stringify({ ...counts, ...rates, rules, errors }, null, 2)}\n`)
  if (judged.length === 0) throw fail('eval-nothing-judged', { file: answers, rows: lines.length })
  terminal.json({ ...counts, ...rates, ...paths })
}

function keyOf(value: unknown): string | number | null {
  const key = (value as Record<string, unknown> | null)?.key
  return typeof key === 'string' || typeof key === 'number' ? key : null
}
