import { beforeAll, expect, test, vi } from 'vitest'
import { fitModels } from '../../src/engine/core/fit-models'
import type { Gpu } from '../../src/gpu/device'
import { KernelCache } from '../../src/gpu/kernel'
import { defaultTuning } from '../../src/gpu/tuning'
import { recommendedRun } from '../../src/run-file/run-file'
import { KNOWN_MODELS } from '../../src/state/known-models'

beforeAll(() => void vi.stubGlobal('GPUShaderStage', { COMPUTE: 4 }))

/** A GPU with so much memory, as far as planning asks: limits, and layouts of what nobody binds. */
function gpuOf(memory: number | null, isStated = true): Gpu {
  const host = {
    device: {
      createBindGroupLayout: () => ({}),
      limits: { maxStorageBufferBindingSize: 2 ** 31 - 4, maxBufferSize: 2 ** 31 },
    },
    counts: { pipelines: 0 },
    features: { f16: true, subgroups: null, timestamps: false },
    memory: memory && { bytes: memory, isStated },
  } as unknown as Gpu
  const traits = { isSoftware: false, vendor: 'apple', architecture: '', subgroups: null, workgroupBytes: 32_768 }
  return { ...host, kernels: new KernelCache(host, defaultTuning(traits)) }
}
const nameOf = (id: string) => id.split('/')[1].replace('-Instruct', '')
async function fitsOn(gpu: Gpu, tokens: number, names?: string[]) {
  const models = KNOWN_MODELS.filter(({ id }) => names?.includes(nameOf(id)) ?? true)
  const fits = await fitModels(gpu, models, recommendedRun, tokens)
  return new Map(models.map(({ id }, i) => [nameOf(id), fits[i]]))
}

/** As published with each model's safetensors; where a head is counted twice there, less that. */
const PARAMETERS = {
  'SmolLM2-135M': 134_515_008,
  'SmolLM2-360M': 361_821_120,
  'SmolLM2-1.7B': 1_711_376_384,
  'Qwen2.5-0.5B': 494_032_768,
  'Qwen2.5-1.5B': 1_543_714_304,
  'Qwen2.5-3B': 3_085_938_688,
  'Qwen2.5-7B': 7_615_616_512,
  'Qwen3-0.6B': 751_632_384 - 151_936 * 1024,
  'Qwen3-1.7B': 2_031_739_904 - 151_936 * 2048,
  'Qwen3-4B': 4_022_468_096,
  'Qwen3-8B': 8_190_735_360,
  'Qwen2.5-Coder-0.5B': 494_032_768,
  'Qwen2.5-Coder-1.5B': 1_543_714_304,
  'Qwen2.5-Coder-3B': 3_085_938_688,
  'Qwen2.5-Coder-7B': 7_615_616_512,
  'Llama-3.2-1B': 1_235_814_400,
  'Llama-3.2-3B': 3_212_749_824,
}

test('the list’s shapes have the parameters that the hub counts, and their bytes', async () => {
  const fits = await fitsOn(gpuOf(null), 8)
  expect(Object.fromEntries([...fits].map(([id, { parameters }]) => [id, parameters]))).toEqual(PARAMETERS)
  expect(fits.get('Qwen2.5-0.5B')!.fetchBytes).toBe(988_065_536)
  expect(fits.get('Qwen3-0.6B')!.fetchBytes).toBe(1_503_264_768)
  for (const { fetchBytes, fourBitBytes } of fits.values()) expect(fourBitBytes).toBeLessThan(fetchBytes)
  expect([...fits.values()].every(({ verdict }) => verdict === 'fits')).toBe(true)
})

test('verdicts follow the memory that the GPU is said to have; a guess leaves no more than any GPU spares', async () => {
  const names = ['SmolLM2-135M', 'Qwen2.5-1.5B', 'Qwen2.5-7B']
  const verdicts = async (gpu: Gpu) => [...(await fitsOn(gpu, 512, names)).values()].map(({ verdict }) => verdict)
  expect(await verdicts(gpuOf(4e9))).toEqual(['fits', 'recompute', 'too-large'])
  expect(await verdicts(gpuOf(48e9))).toEqual(['fits', 'fits', 'fits'])
  expect(await verdicts(gpuOf(48e9, false))).toEqual(['fits', 'recompute', 'recompute'])
})
