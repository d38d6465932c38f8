import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { linearPath, linearShape } from '../../src/architecture/names'
import { writePeft } from '../../src/formats/peft'
import { exportCommand } from '../../src/headless/cli/export'
import { openModelFolder } from '../../src/model/opening/open-model'
import { recommendedRun } from '../../src/run-file/run-file'
import { nodeFolder, writableNodeFolder } from '../../src/storage/node/node-folder'

const place = mkdtempSync(join(tmpdir(), 'export-base-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const model = join(process.cwd(), 'public/demo-model')

/** An adapter from elsewhere, which states what its base was there. */
async function adapterOn(stated: string | null): Promise<string> {
  const { config } = await openModelFolder(nodeFolder(model))
  const [outFeatures, inFeatures] = linearShape(config, 'q_proj')
  const lora = { ...recommendedRun.lora, r: 1, target_modules: ['q_proj' as const] }
  const sizes = { r: 1, inFeatures, outFeatures, A: new Float32Array(inFeatures), B: new Float32Array(outFeatures) }
  const pair = { projection: 'q_proj' as const, ...sizes }
  const pairs = Array.from({ length: config.layers }, (_, layer) => ({ ...pair, layer }))
  const folder = join(place, 'adapter')
  await writePeft(writableNodeFolder(folder), { lora, pairs, baseModel: stated }, linearPath)
  return folder
}

it.each([
  ['/home/ann/models/tiny', 'demo-model', 'path/to/demo-model'],
  ['C:\\Users\\ann\\tiny', 'demo-model', 'path/to/demo-model'],
  ['../tiny', 'demo-model', 'path/to/demo-model'],
  [null, 'demo-model', 'path/to/demo-model'],
  ['owner/tiny', 'owner/tiny', '"owner/tiny"'],
])('an adapter on %s is handed on with a base that can be loaded', async (stated, named, told) => {
  const lora = await adapterOn(stated)
  for (const format of ['peft', 'mlx']) {
    const options = { model, lora, format, out: join(place, format) }
    const terminal = { json: () => {}, line: () => {}, warning: () => {}, progress: () => {} }
    await exportCommand.run({ options, terminal, root: process.cwd(), onInterrupt: () => {} } as never)
    const read = (path: string) => readFileSync(join(place, format, path), 'utf8')
    expect(JSON.parse(read('adapter_config.json'))).toMatchObject({ base_model_name_or_path: named })
    expect(read('README.md')).toContain(told.replaceAll('"', format === 'mlx' ? '' : '"'))
    expect(read('README.md')).not.toContain('ann')
  }
})
