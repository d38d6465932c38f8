import { readFileSync } from 'node:fs'
import { collate } from '../../src/data/collate'
import type { MicroBatch, TokenizedRow } from '../../src/contracts/data'
import { toFloat32, type FloatDtype } from '../../src/formats/floats'
import { bytesSource } from '../../src/formats/memory-folder'
import { openSafetensors } from '../../src/formats/safetensors'
import { parseModelConfig } from '../../src/architecture/config'
import { loadLanguageModel, type LoadOptions } from '../../src/model/loading/load-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { PROJECTIONS, type Projection } from '../../src/contracts/model'
import { testGpu } from './gpu'
import { type LoraConfig, type LoraPair } from '../../src/contracts/lora'

const ROOT = process.env.TUNETAB_GOLDEN ?? 'tests/golden/data'

/** Families with a golden model, each of odd shape. */
export const GOLDEN_FAMILIES = ['qwen2', 'qwen3', 'llama', 'mistral', 'smollm3']

/**
 * Whether a long test runs for a family here: SwiftShader is several times slower than lavapipe, which has them all, so
 * that it tries one.
 */
export const isTriedHere = (family: string): boolean =>
  process.env.TUNETAB_GPU !== 'swiftshader' || family === GOLDEN_FAMILIES[0]

/** A committed golden file, or the one just made in its place (TUNETAB_GOLDEN names the folder). */
export const goldenPath = (path: string): string => `${ROOT}/${path}`

export function goldenJson<T>(path: string): T {
  return JSON.parse(readFileSync(`${ROOT}/${path}`, 'utf8')) as T
}

/** All tensors of a safetensors file as f32; bytes as their numbers. */
export async function goldenTensors(path: string): Promise<Map<string, { shape: number[]; data: Float32Array }>> {
  const file = await openSafetensors(bytesSource(path, new Uint8Array(readFileSync(`${ROOT}/${path}`))))
  const out = new Map<string, { shape: number[]; data: Float32Array }>()
  for (const info of file.tensors.values()) {
    const bytes = await file.read(info.name, 0, info.bytes)
    const data = info.dtype === 'U8' ? Float32Array.from(bytes) : toFloat32(bytes, info.dtype as FloatDtype)
    out.set(info.name, { shape: info.shape, data })
  }
  return out
}

/** A golden model on the GPU under test; its weights are quantised here. */
export async function goldenModel(name: string, options?: LoadOptions): Promise<GpuLanguageModel> {
  const gpu = await testGpu()
  const config = parseModelConfig(readFileSync(`${ROOT}/${name}/model/config.json`, 'utf8'))
  const path = `${ROOT}/${name}/model/model.safetensors`
  const weights = await openSafetensors(bytesSource(path, new Uint8Array(readFileSync(path))))
  return (await loadLanguageModel(gpu, { config, weights }, undefined, undefined, options)) as GpuLanguageModel
}

export interface GoldenAdapter {
  lora: LoraConfig
  pairs: LoraPair[]
}

/** A PEFT folder read with the least code, so that the model's tests do not lean on the reader under test elsewhere. */
export async function goldenAdapter(name: string, file = 'adapter/adapter_model.safetensors'): Promise<GoldenAdapter> {
  const config = goldenJson<Record<string, unknown>>(`${name}/adapter/adapter_config.json`)
  const tensors = await goldenTensors(`${name}/${file}`)
  const pairs = new Map<string, LoraPair>()
  for (const [key, { shape, data }] of tensors) {
    const match = /layers\.(\d+)\.\w+\.(\w+)\.lora_([AB])/.exec(key)!
    const id = `${match[1]}.${match[2]}`
    const pair =
      pairs.get(id) ??
      ({ layer: Number(match[1]), projection: match[2] as Projection, r: config.r as number } as LoraPair)
    if (match[3] === 'A') Object.assign(pair, { A: data, inFeatures: shape[1] })
    else Object.assign(pair, { B: data, outFeatures: shape[0] })
    pairs.set(id, pair)
  }
  const targets = config.target_modules as Projection[]
  return {
    lora: {
      r: config.r as number,
      lora_alpha: config.lora_alpha as number,
      lora_dropout: 0,
      target_modules: PROJECTIONS.filter((p) => targets.includes(p)),
      use_rslora: config.use_rslora as boolean,
    },
    pairs: [...pairs.values()],
  }
}

/** A batch of token rows, padded as the product pads. */
export function goldenBatch(
  rows: { input_ids: number[]; labels: number[]; length?: number }[],
  maxLength = Infinity,
): MicroBatch {
  const tokenized: TokenizedRow[] = rows.map((row, i) => ({
    row: i + 1,
    inputIds: Int32Array.from(row.input_ids.slice(0, Math.min(row.length ?? Infinity, maxLength))),
    labels: Int32Array.from(row.labels.slice(0, Math.min(row.length ?? Infinity, maxLength))),
    truncated: false,
  }))
  return collate(
    tokenized,
    tokenized.map((_, i) => [i]),
  )
}

/** The rows that a golden model's `expected.json` speaks of, in one batch. */
export function modelBatch(name: string): MicroBatch {
  const { input_ids, labels, lengths } = goldenJson<{ input_ids: number[][]; labels: number[][]; lengths: number[] }>(
    `${name}/batch.json`,
  )
  return goldenBatch(input_ids.map((ids, i) => ({ input_ids: ids, labels: labels[i], length: lengths[i] })))
}
