import { describe, expect, it } from 'vitest'
import { safetensors } from '../../src/exporters/kinds/safetensors'
import { compareLogits, MEASURED_TEXT, seenRows } from '../../src/exporters/merging/drift'
import type { MergeDrift } from '../../src/exporters/merging/drift'
import { toFloat32 } from '../../src/formats/floats'
import type { FloatDtype } from '../../src/formats/floats'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { openModelFolder } from '../../src/model/opening/open-model'
import type { OpenedModel } from '../../src/model/opening/open-model'
import { readPeft } from '../../src/formats/read-peft'
import { plainLogits } from '../../src/model/passes/plain-forward'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { GOLDEN_FAMILIES, goldenJson, goldenPath, goldenTensors } from '../helpers/golden'
import { exportSource, letterTokenizer } from '../helpers/export-source'
import { goldenFolder } from '../helpers/golden-folder'
import { relativeError } from '../helpers/gpu'
import type { RowReader } from '../../src/contracts/weights'
import { linearModules, modulePath } from '../../src/architecture/names'
import { loraScale } from '../../src/formats/lora-scale'

const open = async (family: string) => {
  const opened = await goldenFolder(family)
  return { opened, ...(await readPeft(nodeFolder(goldenPath(`${family}/adapter`)), linearModules(opened.config))) }
}
const tokenizer = letterTokenizer

/** The one table of the README, by the words in front. */
function readmeDrift(out: MemoryFolder): Record<string, string> {
  const readme = new TextDecoder().decode(out.files.get('README.md')!)
  expect(readme).toContain(MEASURED_TEXT)
  return Object.fromEntries([...readme.matchAll(/^\| (\w.*) \| (.*) \|$/gm)].map(([, name, value]) => [name, value]))
}

// Tied (qwen2, qwen3) and untied (llama) heads. Quick alone, slow beside the GPU suites.
describe.each(GOLDEN_FAMILIES)('%s on the processor', { timeout: 60_000 }, (family) => {
  it('has the logits of transformers and peft on bitsandbytes’ NF4', async () => {
    const { opened, pairs, lora } = await open(family)
    const { input_ids, lengths } = goldenJson<{ input_ids: number[][]; lengths: number[] }>(`${family}/batch.json`)
    const ids = Int32Array.from(input_ids[0].slice(0, lengths[0]))
    const positions = goldenJson<{ logit_positions: number[] }>(`${family}/expected.json`).logit_positions
    const want = await goldenTensors(`${family}/logits.safetensors`)
    const V = opened.config.vocabSize
    for (const [key, chosen] of [
      ['logits', pairs],
      ['base', []],
    ] as const) {
      const got = await plainLogits(opened.config, seenRows(opened, [...chosen], loraScale(lora)), ids)
      const picked = positions.flatMap((t) => [...got.subarray(t * V, (t + 1) * V)])
      // Torch sums in f32; here everything but the weights is f64. 5e-6 of the largest logit is some twenty roundings.
      expect(relativeError(picked, want.get(key)!.data), key).toBeLessThan(5e-6)
    }
  })

  it('gives rows from the middle of a weight as they are in the whole', async () => {
    const { opened, pairs, lora } = await open(family)
    const rows = seenRows(opened, pairs, loraScale(lora))
    const name = `model.layers.${pairs[0].layer}.${modulePath(pairs[0].projection)}.weight`
    const read = async (from: number, count: number) => {
      for await (const values of rows(name, from, count)) return values
      throw new Error('nothing')
    }
    const width = pairs[0].inFeatures
    expect(await read(3, 5)).toEqual((await read(0, pairs[0].outFeatures)).slice(3 * width, 8 * width))
  })

  it('tells in the README how far each merge is from base and adapter', async () => {
    const { opened, pairs, lora } = await open(family)
    const exported = async (onto: 'original' | 'dequantized') => {
      const rows = seenRows(opened, [], 1)
      const dequantizedRows = async (name: string, from: number, count: number) => {
        for await (const values of rows(`${name}.weight`, from, count)) return values
        return new Float32Array()
      }
      const out = new MemoryFolder('merged')
      const more = { adapter: { lora, pairs }, ...(onto === 'original' ? {} : { dequantizedRows }) }
      await safetensors.write(exportSource(opened, more), {}, out)
      return { out, drift: readmeDrift(out) }
    }
    const original = await exported('original')
    const dequantized = await exported('dequantized')
    // What the README says, against the merged folder's own tensors: read as floats, not through the rows that were
    // measured.
    for (const { out, drift } of [original, dequantized]) {
      const merged = await openModelFolder(out)
      const ids = tokenizer.encode(MEASURED_TEXT).slice(0, 16)
      const got = await plainLogits(merged.config, storedRows(merged), ids)
      const seen = await plainLogits(opened.config, seenRows(opened, pairs, loraScale(lora)), ids)
      const want = compareLogits(got, seen, 16)
      expect(drift['largest difference of a logit']).toBe(want.largest.toPrecision(3))
      expect(drift['root mean square difference']).toBe(want.rms.toPrecision(3))
      expect(drift['range of the logits, for comparison']).toBe(want.range.toPrecision(3))
      expect(drift["divergence of the next token's distribution (KL, mean, nats)"]).toBe(want.divergence.toPrecision(3))
      expect(drift['same likeliest next token']).toBe(`at ${want.sameNext} of 16 positions`)
    }
    // NF4's error is far larger than one rounding to bf16.
    const rms = ({ drift }: typeof original) => Number(drift['root mean square difference'])
    expect(rms(dequantized)).toBeGreaterThan(0)
    expect(rms(original)).toBeGreaterThan(3 * rms(dequantized))
  })
})

it('writes the model also where its drift cannot be measured, and says so', async () => {
  const { opened, pairs, lora } = await open('qwen2')
  const out = new MemoryFolder('merged')
  const outside = { encode: () => Int32Array.of(opened.config.vocabSize + 9), stopIds: [] }
  const source = exportSource(opened, { adapter: { lora, pairs } })
  await safetensors.write({ ...source, tokenizer: outside as unknown as typeof tokenizer }, {}, out)
  expect((await openModelFolder(out)).weights.tensors.size).toBe(opened.weights.tensors.size)
  expect(new TextDecoder().decode(out.files.get('README.md'))).toContain('could not be measured')
  const cancel = new AbortController()
  cancel.abort()
  await expect(safetensors.write(source, {}, new MemoryFolder('x'), undefined, cancel.signal)).rejects.toMatchObject({
    name: 'AbortError',
  })
})

const storedRows = ({ weights }: OpenedModel): RowReader =>
  async function* (name, from, count) {
    const { dtype, bytes, shape } = weights.tensors.get(name)!
    const width = shape.at(-1)!
    yield toFloat32(await weights.read(name, 0, bytes), dtype as FloatDtype).slice(from * width, (from + count) * width)
  }

describe('two sets of logits', () => {
  it('are compared by size and by what comes next', () => {
    const seen = Float32Array.of(1, 5, 2, -3, 0, 1)
    const drift = compareLogits(Float32Array.of(1, 4, 6, -3, 0, 1), seen, 2)
    expect(drift).toMatchObject({
      tokens: 2,
      largest: 4,
      rms: Math.sqrt(17 / 6),
      range: 8,
      sameNext: 1,
    } satisfies Partial<MergeDrift>)
    const softmax = (logits: number[]) =>
      logits.map((l) => Math.exp(l) / logits.reduce((sum, x) => sum + Math.exp(x), 0))
    const [p, q] = [softmax([1, 5, 2]), softmax([1, 4, 6])]
    expect(drift.divergence).toBeCloseTo(p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]), 0) / 2, 10)
    expect(compareLogits(seen, seen, 2)).toMatchObject({ largest: 0, rms: 0, divergence: 0, sameNext: 2 })
    expect(compareLogits(Float32Array.of(1, NaN, 2, -3, 0, 1), seen, 2).largest).toBeNaN()
  })
})
