import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { baseWithoutPath } from '../../src/formats/base-name'
import { damagedFile, readManifest } from '../../src/formats/manifest'
import { openRunPack } from '../../src/formats/run-pack'
import { packCommand, unpackCommand } from '../../src/headless/cli/pack'
import { nodeFile, nodeFolder } from '../../src/storage/node/node-folder'
import { goldenPath } from '../helpers/golden'
import { tune } from '../helpers/tune'

const places: string[] = []
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'run-pack-cli-'))
  places.push(place)
})
afterAll(() => places.forEach((one) => rmSync(one, { recursive: true, force: true })))

const at = (...parts: string[]) => join(place, ...parts)
/** A command in this process; gives the JSON line that it ends with. */
async function ran(command: typeof packCommand, options: Record<string, string>): Promise<Record<string, unknown>> {
  let said: Record<string, unknown> = {}
  const terminal = { json: (value: object) => void (said = { ...value }), line: () => {}, warning: () => {} }
  await command.run({ options, terminal, root: process.cwd(), onInterrupt: () => {} } as never)
  return said
}
const pack = (run: string, out: string) => ran(packCommand, { run, out })
const unpack = (file: string, out: string) => ran(unpackCommand, { file, out })

/** A run's folder as training leaves it, its adapter's configuration changed. */
function aRun(name: string, steps: number, config: object = {}): string {
  cpSync(goldenPath('qwen2/adapter'), at(name, 'adapter'), { recursive: true })
  const file = at(name, 'adapter/adapter_config.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...config }))
  writeFileSync(at(name, 'trainer_state.json'), JSON.stringify({ global_step: steps, max_steps: 4, log_history: [] }))
  return at(name)
}

it('unpacks an adapter as a whole, goes on with what broke off, and mixes no two runs', async () => {
  await pack(aRun('one', 3), at('one.zip'))
  await pack(aRun('two', 4), at('two.zip'))
  await unpack(at('one.zip'), at('out'))
  const adapter = nodeFolder(at('out/adapter'))
  const manifest = (await readManifest(adapter))!
  expect(await damagedFile(adapter, manifest)).toBe(null)
  expect(Object.keys((manifest as { files: object }).files).sort()).toEqual([
    'adapter_config.json',
    'adapter_model.safetensors',
  ])
  // As if the first time had ended between two files.
  rmSync(at('out/trainer_state.json'))
  await unpack(at('one.zip'), at('out'))
  const state = readFileSync(at('out/trainer_state.json'), 'utf8')
  await expect(unpack(at('two.zip'), at('out'))).rejects.toMatchObject({
    code: 'cli-out-other-run',
    params: { out: at('out'), file: 'record.json' },
  })
  expect(readFileSync(at('out/trainer_state.json'), 'utf8')).toBe(state)
  // A run that goes on there has checkpoints, which no pack has.
  mkdirSync(at('going/checkpoint-2'), { recursive: true })
  writeFileSync(at('going/checkpoint-2/adapter_config.json'), '{}')
  await expect(unpack(at('one.zip'), at('going'))).rejects.toMatchObject({ code: 'cli-out-other-run' })
  expect(readdirSync(at('going')).filter((name) => !name.startsWith('.'))).toEqual(['checkpoint-2'])
})

it('does not unpack into a folder that another process writes', async () => {
  await pack(aRun('one', 3), at('one.zip'))
  mkdirSync(at('out'))
  // This test's parent lives as long as the test.
  writeFileSync(
    at('out/.tunetab.lock'),
    JSON.stringify({ pid: process.ppid, host: hostname(), began: null, command: 'tune train' }),
  )
  await expect(unpack(at('one.zip'), at('out'))).rejects.toMatchObject({ code: 'cli-out-locked' })
  expect(readdirSync(at('out'))).toEqual(['.tunetab.lock'])
})

it('names a place that cannot be written, and leaves no half file', async () => {
  const run = aRun('one', 3)
  writeFileSync(at('file'), '')
  await expect(pack(run, at('file/run.zip'))).rejects.toMatchObject({ code: 'cli-out-unusable' })
  mkdirSync(at('taken.zip'))
  await expect(pack(run, at('taken.zip'))).rejects.toMatchObject({ code: 'file-not-writable' })
  if (existsSync('/dev/full')) {
    // What is being written lies on a device that is always full.
    symlinkSync('/dev/full', at('run.zip.part'))
    await expect(pack(run, at('run.zip'))).rejects.toMatchObject({ code: 'storage-full' })
  }
  expect(readdirSync(place).sort()).toEqual(['file', 'one', 'taken.zip'])
  await pack(run, at('made/below/run.zip'))
  expect(readdirSync(at('made/below'))).toEqual(['run.zip'])
})

it('takes the path of the base model from what goes out', async () => {
  for (const [stated, told] of [
    ['/home/ann/models/Qwen2.5-0.5B', 'Qwen2.5-0.5B'],
    ['C:\\Users\\ann\\tiny\\', 'tiny'],
    ['Qwen/Qwen2.5-0.5B', 'Qwen/Qwen2.5-0.5B'],
    ['../ann', 'ann'],
    ['builtin', 'builtin'],
  ]) {
    expect(baseWithoutPath(stated)).toBe(told)
    const run = aRun('run', 3, { base_model_name_or_path: stated })
    await pack(run, at('run.zip'))
    const { folder } = (await openRunPack(await nodeFile(at('run.zip'))))!
    const json = async (path: string) => {
      const source = (await folder.open(path))!
      return JSON.parse(new TextDecoder().decode(await source.read(0, source.size)))
    }
    const config = await json('adapter/adapter_config.json')
    expect(config).toEqual({
      ...JSON.parse(readFileSync(join(run, 'adapter/adapter_config.json'), 'utf8')),
      base_model_name_or_path: told,
    })
    expect((await json('record.json')).model).toEqual({ id: told, name: basename(told), source: 'files' })
    if (stated !== told) expect(readFileSync(at('run.zip'), 'latin1')).not.toContain('/ann/')
  }
})

it('a damaged file is a failure, not a wrong command', { timeout: 60_000 }, async () => {
  await pack(aRun('one', 3), at('one.zip'))
  const bytes = readFileSync(at('one.zip'))
  const where = bytes.indexOf('"global_step": 3')
  bytes[where + '"global_step": '.length] = '4'.charCodeAt(0)
  writeFileSync(at('one.zip'), bytes)
  const ended = await tune(['unpack', '--file', at('one.zip'), '--out', at('out')])
  expect([ended.code, ended.out]).toEqual([1, ''])
  expect(ended.err).toContain('trainer_state.json')
  expect(existsSync(at('out'))).toBe(false)
  const missing = await tune(['unpack', '--file', at('none.zip'), '--out', at('out')])
  expect(missing.code).toBe(2)
})
