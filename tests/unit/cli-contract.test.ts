import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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
    for (const name of ['train', 'tokens', 'eval', 'generate', 'merge', 'quantize', 'info'])
      expect(overview.out).toContain(name)
    const train = await tune(['train', '--help'])
    for (const option of ['--model', '--data', '--config', '--out', '--init-lora', '--merge', '--gpu'])
      expect(train.out).toContain(option)
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
      [['quantize', ...model, '--out', join(dir, 'nf4'), '--skip', 'k_proj,mlp_proj'], 'mlp_proj'],
      [
        ['quantize', ...model, '--out', join(dir, 'nf4'), '--config', file('off.json', { load_in_4bit: false })],
        'load_in_4bit',
      ],
    ]
    for (const [args, named] of cases) {
      const { code, out, err } = await tune(args)
      expect([args, code, out]).toEqual([args, 2, ''])
      expect(err).toContain(named)
    }
  })

  it('says of rows that cannot be read what is wrong with them, and nothing of columns that were never seen', async () => {
    const { code, err } = await tune([
      'tokens',
      ...model,
      '--data',
      file('nan.jsonl', '{"prompt": "a", "completion": NaN}\n'),
    ])
    expect(code).toBe(0)
    expect(err).toContain('Row 1 is not valid JSON')
    expect(err).toContain('0 rows kept\n')
  })

  it('says which columns are asked and answered', async () => {
    const { err } = await tune(['tokens', ...model, '--data', file('two.csv', 'Notiz;Thema\noffen;Zeiten\n')])
    expect(err).toContain('1 row kept as columns: question = Notiz, answer = Thema\n')
  })

  it('quantises a model into a folder that it reads back, once', async () => {
    const nf4 = join(dir, 'demo-bnb-4bit')
    const { code, out } = await tune([
      'quantize',
      ...model,
      '--out',
      nf4,
      '--config',
      file('q.json', { bnb_4bit_use_double_quant: false }),
      '--skip',
      'up_proj',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ out: nf4 })
    const info = await tune(['info', '--model', nf4])
    expect(JSON.parse(info.out)).toMatchObject({
      quantization: { doubleQuant: false, skipModules: ['lm_head', 'up_proj'] },
    })
    const again = await tune(['quantize', '--model', nf4, '--out', join(dir, 'twice')])
    expect([again.code, again.out]).toEqual([1, ''])
    expect(again.err).toContain('NF4')
  })

  it('never writes over what it reads, nor begins without a place to write', async () => {
    const mine = join(dir, 'mine')
    cpSync('public/demo-model', mine, { recursive: true })
    symlinkSync(mine, join(dir, 'alias'))
    const weights = readFileSync(join(mine, 'model.safetensors'))
    const data = file('two.json', [{ prompt: 'a', completion: 'b' }])
    const cases: [string[], string][] = [
      [['quantize', '--model', mine, '--out', mine], '--model'],
      [['quantize', '--model', mine, '--out', join(dir, 'alias')], '--model'],
      [['merge', '--model', mine, '--lora', dir, '--out', dir], '--lora'],
      [['train', '--model', mine, '--data', data, '--out', mine], '--model'],
      [['train', '--model', mine, '--data', data, '--out', data], 'EEXIST'],
    ]
    for (const [args, named] of cases) {
      const { code, err } = await tune(args)
      expect([args, code]).toEqual([args, 2])
      expect(err).toContain(named)
      expect(err).not.toContain('GPU:')
    }
    expect(readFileSync(join(mine, 'model.safetensors')).equals(weights)).toBe(true)
  })

  it('ends with 1 when the work fails', async () => {
    const { code, out, err } = await tune(['info', '--model', mkdtempSync(join(dir, 'empty-'))])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('config.json')
  })

  it('prints ids and labels of kept rows in the file’s order, and names the others', async () => {
    const data = file(
      'rows.jsonl',
      '{"prompt":"一","completion":"二"}\n{"prompt":"broken\n{"prompt":"1","completion":"2"}\n',
    )
    const { code, out, err } = await tune(['tokens', ...model, '--data', data])
    expect(code).toBe(0)
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { input_ids: number[]; labels: number[] })
    expect(rows).toHaveLength(2)
    for (const { input_ids, labels } of rows) {
      expect(labels).toHaveLength(input_ids.length)
      const trained = labels.findIndex((label) => label !== -100)
      expect(trained).toBeGreaterThan(0)
      expect(labels.slice(trained)).toEqual(input_ids.slice(trained))
    }
    expect(err).toContain('Row 2')
  })
})
