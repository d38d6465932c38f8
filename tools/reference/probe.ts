import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { openModelFolder } from '../../src/formats/model-folder'
import { readPeft } from '../../src/formats/peft'
import { openDawn, type GpuKind } from '../../src/headless/dawn'
import type { LanguageModel } from '../../src/model/language-model'
import { loadLanguageModel } from '../../src/model/load'
import { modulePath, PROJECTIONS } from '../../src/model/types'
import { nodeFolder } from '../../src/storage/node-folder'

/** Rows fetched at a time, so that a large tensor never stands in memory as a whole. */
const ROWS = 256

/** What the command line does not show: all logits of a prompt, and the exact values that NF4 stands for. */
export async function probe(argv: string[]): Promise<void> {
  const [command, ...rest] = argv
  const option = (name: string) => {
    const at = rest.indexOf(`--${name}`)
    return at < 0 ? undefined : rest[at + 1]
  }
  const gpu = await openDawn((option('gpu') ?? 'auto') as GpuKind)
  const model = await loadLanguageModel(gpu, await openModelFolder(nodeFolder(option('model')!)))
  const lora = option('lora')
  if (lora) {
    const adapter = await readPeft(nodeFolder(lora), model.config)
    await model.attachLora(adapter.lora, { kind: 'pairs', pairs: adapter.pairs })
  }
  if (command === 'logits') {
    const ids = Int32Array.from(option('ids')!.split(','), Number)
    const logits = await model.logits(ids, lora !== undefined)
    writeFileSync(option('out')!, new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength))
    print({ tokens: ids.length, vocabulary: model.config.vocabSize })
  } else if (command === 'weight') {
    const values = await model.dequantizedRows(option('name')!, 0, Number(option('rows')))
    writeFileSync(option('out')!, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  } else if (command === 'hashes') {
    print(await hashes(model))
  } else {
    throw new Error(`unknown command ${command}; known: logits, weight, hashes`)
  }
}

/** SHA-256 of the float32 bytes of every dequantised linear, by its name in the checkpoint. */
async function hashes(model: LanguageModel): Promise<Record<string, string>> {
  const { hiddenSize: C, intermediateSize: F, heads, kvHeads, headDim: D, layers } = model.config
  const outputs = { q_proj: heads * D, k_proj: kvHeads * D, v_proj: kvHeads * D, o_proj: C, gate_proj: F, up_proj: F, down_proj: C }
  const found: Record<string, string> = {}
  for (let layer = 0; layer < layers; layer++) {
    for (const projection of PROJECTIONS) {
      const name = `model.layers.${layer}.${modulePath(projection)}`
      const hash = createHash('sha256')
      for (let row = 0; row < outputs[projection]; row += ROWS) {
        const values = await model.dequantizedRows(name, row, Math.min(ROWS, outputs[projection] - row))
        hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
      }
      found[name] = hash.digest('hex')
    }
  }
  return found
}

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
