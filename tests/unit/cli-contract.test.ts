import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tune } from '../helpers/tune'

let dir: string
const file = (name: string, value: unknown) => {
  writeFileSync(join(dir, name), typeof value === 'string' ? value : JSON.stringify(value))
  return join(dir, name)
}
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'tunetab-cli-'))))
afterAll(() => rmSync(dir, { recursive: true }))

const model = ['--model', 'builtin']

/** The parts of the command line that need no GPU, run as processes. */
describe('command line', { timeout: 60_000 }, () => {
  it('explains itself', async () => {
    const overview = await tune(['--help'])
    expect(overview.code).toBe(0)
    for (const name of ['train', 'tokens', 'eval', 'generate', 'merge', 'info']) expect(overview.out).toContain(name)
    const train = await tune(['train', '--help'])
    for (const option of ['--model', '--data', '--config', '--out', '--init-lora', '--merge', '--gpu']) expect(train.out).toContain(option)
    expect([train.code, train.err]).toEqual([0, ''])
  })

  it('ends with 2 on wrong usage, naming what is wrong', async () => {
    const run = file('typo.json', { lerning_rate: 1 })
    const data = file('ok.json', [{ prompt: 'a', completion: 'b' }])
    const cases: [string[], string][] = [
      [[], 'COMMAND'],
      [['trian'], 'train'],
      [['tokens', ...model], '--data'],
      [['tokens', ...model, '--data', data, '--seed', '1'], '--seed'],
      [['tokens', ...model, '--data', data, '--config', run], 'lerning_rate'],
      [['tokens', ...model, '--data', join(dir, 'absent.json')], 'absent.json'],
      [['train', ...model, '--data', data, '--out', dir, '--gpu', 'cuda'], 'cuda'],
    ]
    for (const [args, named] of cases) {
      const { code, out, err } = await tune(args)
      expect([args, code, out]).toEqual([args, 2, ''])
      expect(err).toContain(named)
    }
  })

  it('ends with 1 when the work fails', async () => {
    const { code, out, err } = await tune(['info', '--model', dir])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('config.json')
  })

  it('prints ids and labels of kept rows in the file’s order, and names the others', async () => {
    const data = file('rows.jsonl', '{"prompt":"一","completion":"二"}\n{"prompt":"broken\n{"prompt":"1","completion":"2"}\n')
    const { code, out, err } = await tune(['tokens', ...model, '--data', data])
    expect(code).toBe(0)
    const rows = out.trimEnd().split('\n').map((line) => JSON.parse(line) as { input_ids: number[]; labels: number[] })
    expect(rows).toHaveLength(2)
    for (const { input_ids, labels } of rows) {
      expect(labels).toHaveLength(input_ids.length)
      const trained = labels.findIndex((label) => label !== -100)
      expect(trained).toBeGreaterThan(0)
      expect(labels.slice(trained)).toEqual(input_ids.slice(trained))
    }
    expect(err).toContain('row 2')
  })
})
