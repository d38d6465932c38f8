import { LINES_AT_ONCE, type CacheType } from '../../contracts/answers'
import type { Gpu } from '../../gpu/device'
import { bufferBytes } from '../../gpu/tensor'
import type { GenerationPlan, GenerationShape } from '../language-model'
import { ropePositions } from '../passes/pass-of'
import { planAnswers, type AnswerPass, type DecoderSize } from './answer-graphs'

/** As many lines as there are prompts for and as fit in the device's part of memory. */
export function answerSize(
  gpu: Gpu,
  asked: { prompts: number; capacity: number; cache: CacheType; layers: number },
  plan: (size: DecoderSize) => ReturnType<typeof planAnswers>,
): DecoderSize {
  const { prompts, capacity, cache, layers } = asked
  const limit = gpu.device.limits.maxStorageBufferBindingSize
  // Kernels are compiled for each number of lines, so that there are few numbers; what is over stands idle.
  let lines = Math.min(2 ** Math.ceil(Math.log2(prompts)), LINES_AT_ONCE)
  const fits = (): boolean => {
    const { cacheBytes, otherBytes } = plan({ lines, capacity, cache })
    return cacheBytes / layers <= limit && cacheBytes + otherBytes <= gpu.kernels.tuning.answerBytes
  }
  while (lines > 1 && !fits()) lines = Math.ceil(lines / 2)
  return { lines, capacity, cache }
}

/** What greedy answers take, on the size that is chosen for them, and what they add to the tables of angles. */
export function planGeneration(
  gpu: Gpu,
  model: { pass: (T: number) => AnswerPass; host: boolean; heldPositions: number },
  { prompts, maxNewTokens, cache = 'f32', besideTokens }: GenerationShape,
): GenerationPlan {
  const tokens = Math.max(...prompts) + maxNewTokens
  const pass = model.pass(tokens)
  const { layers, headDim } = pass.config
  const plan = (size: DecoderSize) => planAnswers(gpu, pass, model.host, size, null)
  const size = answerSize(gpu, { prompts: prompts.length, capacity: tokens, cache, layers }, plan)
  const { cacheBytes, otherBytes } = plan(size)
  const held = Math.max(model.heldPositions, besideTokens ? ropePositions(besideTokens) : 0)
  const ropeBytes = tokens > held ? bufferBytes(ropePositions(tokens) * headDim * 4) : 0
  return { lines: size.lines, tokens, cache, bytes: cacheBytes + otherBytes + ropeBytes }
}
