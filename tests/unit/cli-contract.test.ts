import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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
    for (const name of [
      'train',
      'find-rate',
      'queue',
      'tokens',
      'eval',
      'generate',
      'export',
      'merge',
      'quantize',
      'info',
    ])
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
      [['train', ...model, '--data', data, '--out', dir, '--branch', 'steps=3'], '--resume'],
      [['train', ...model, '--data', data, '--out', dir, '--resume', dir, '--branch', 'rate=3'], 'rate'],
      [['queue', ...model, '--data', data, '--out', dir, '--sweep', 'lora.rank=4,8'], 'lora.r'],
      [['queue', ...model, '--data', data, '--out', dir, '--sweep', 'learning_rate=-1'], 'learning_rate'],
      [['queue', ...model, '--data', data, '--out', dir, '--sweep', 'seed=1,1'], 'seed=1'],
      [['eval', ...model, '--data', data, '--compare'], '--lora'],
      [['generate', ...model], '--prompt or --prompts'],
      [['generate', ...model, '--prompt', 'a', '--prompts', data], '--prompts'],
      [['generate', ...model, '--prompts', join(dir, 'absent.txt')], 'absent.txt'],
      [['quantize', ...model, '--out', join(dir, 'nf4'), '--skip', 'k_proj,mlp_proj'], 'mlp_proj'],
      [['export', ...model, '--out', join(dir, 'x'), '--format', 'gguf-q9'], 'gguf-q8_0'],
      [['export', ...model, '--out', join(dir, 'x'), '--format', 'peft', '--mix', 'a,b=0.3'], 'DIR=0.7'],
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

  it('says once for all of its rows why rows are left out, and ends with 1 where none is left', async () => {
    const lines = '{"prompt": "a", "completion": oops}\n{"prompt": "a", "completion": null}\n'.repeat(7)
    const { code, out, err } = await tune(['tokens', ...model, '--data', file('bad.jsonl', lines)])
    expect([code, out]).toEqual([1, ''])
    expect(err.match(/is not valid JSON/g)).toHaveLength(1)
    expect(err).toContain('In row 2 the field "completion" is null')
    expect(err).toContain('the same holds for 7 rows: 2, 4, 6, 8, 10, …\n')
    expect(err).toContain('Of the 14 rows of bad.jsonl none can be used')
    for (const nothing of ['[]', 'question,answer\n']) {
      const ended = await tune(['tokens', ...model, '--data', file('none.csv', nothing)])
      expect([ended.code, ended.out]).toEqual([1, ''])
      expect(ended.err).toContain('none.csv has no rows')
    }
  })

  it('asks for columns that do not say what they are, and takes the answer', async () => {
    const table = file('three.csv', 'Alpha,Beta,Gamma\nfirst,second,third\n')
    const asked = await tune(['tokens', ...model, '--data', table])
    expect([asked.code, asked.out]).toEqual([2, ''])
    expect(asked.err).toContain('  Beta: second\n')
    const told = await tune([
      'tokens',
      ...model,
      '--data',
      table,
      '--columns',
      'question=Beta,answer=Gamma,context=Alpha',
    ])
    expect(told.code).toBe(0)
    expect(told.err).toContain('columns: context = Alpha, question = Beta, answer = Gamma\n')
    const text = await tune(['tokens', ...model, '--data', table, '--columns', 'text=Gamma'])
    expect(text.err).toContain('1 row kept as text: text = Gamma; not used: Alpha, Beta\n')
    const wrong = await tune(['tokens', ...model, '--data', table, '--columns', 'question=Beta'])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('"--columns"')])
  })

  it('takes YAML, other trainers’ YAML and Python scripts as --config', async () => {
    const data = file('rows.json', [{ prompt: 'a', completion: 'b' }])
    const ours = file('run.yaml', 'learning_rate: 2e-4\nlora:\n  r: 4\n')
    for (const config of [
      ours,
      ...['axolotl.yaml', 'mlx.yaml', 'classic.py'].map((name) => `tests/helpers/foreign/${name}`),
    ]) {
      const { code, err, out } = await tune(['tokens', ...model, '--data', data, '--config', config])
      expect([code, out.split('\n').length], `${config}: ${err}`).toEqual([0, 2])
    }
    const broken = await tune(['tokens', ...model, '--data', data, '--config', file('broken.yaml', 'a: [1\nb: 2\n')])
    expect([broken.code, broken.err]).toEqual([expect.any(Number), expect.stringContaining('broken.yaml')])
  })

  it('knows the names of hubs for what they are', async () => {
    const data = file('hub.json', [{ prompt: 'a', completion: 'b' }])
    for (const args of [
      ['--model', 'Qwen/Qwen2.5-0.5B-Instruct', '--data', data],
      ['--model', 'builtin', '--data', 'tatsu-lab/alpaca'],
    ]) {
      const { code, err } = await tune(['tokens', ...args])
      expect(code).toBe(2)
      expect(err).toContain('on a hub')
    }
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

  it('exports the model as it is, into a folder or as the one file that is named', async () => {
    const exported = async (format: string, out: string) => {
      const ended = await tune(['export', ...model, '--format', format, '--out', out, '--name', 'Tea House'])
      return { ...ended, files: ended.code === 0 ? JSON.parse(ended.out).files : [] }
    }
    const folder = await exported('gguf-q8_0', join(dir, 'gguf'))
    expect(folder.files.map(({ path }: { path: string }) => path)).toContain('Tea-House-Q8_0.gguf')
    const file = await exported('gguf-q8_0', join(dir, 'alone/tea.gguf'))
    expect(readdirSync(join(dir, 'alone'))).toEqual(['tea.gguf'])
    expect(file.files).toEqual([{ path: 'tea.gguf', bytes: folder.files[0].bytes }])
    const adapter = await exported('mlx', join(dir, 'mlx'))
    expect([adapter.code, adapter.out]).toEqual([1, ''])
    expect(adapter.err).toContain('no adapter')
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
