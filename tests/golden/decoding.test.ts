import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CacheType } from '../../src/contracts/answers'
import { collate } from '../../src/data/collate'
import type { Decoder } from '../../src/model/answering/decoder'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { argmax } from '../../src/ops/answering/argmax'
import { figure } from '../helpers/figures'
import { relativeError, testGpu, wordsOf } from '../helpers/gpu'
import { pushTokens } from '../helpers/push-tokens'
import { GOLDEN_FAMILIES, goldenAdapter, goldenModel, isTriedHere } from '../helpers/golden'
import type { DecodingOptions } from '../../src/model/language-model'

// The cache holds the very keys and values of the whole pass; other pieces add them up in another order: some forty
// roundings.
const SAME_LOGITS = 1e-5

const GREEDY: DecodingOptions = {
  maxNewTokens: 12,
  temperature: 0,
  topK: 0,
  topP: 1,
  seed: 1,
  stopIds: [],
  useAdapter: true,
}

async function collect(
  model: GpuLanguageModel,
  prompt: Int32Array,
  options: Partial<DecodingOptions>,
): Promise<number[]> {
  const ids: number[] = []
  for await (const id of model.generate(prompt, { ...GREEDY, ...options })) ids.push(id)
  return ids
}

for (const name of GOLDEN_FAMILIES) {
  describe(name, () => {
    let model: GpuLanguageModel
    let V = 0
    beforeAll(async () => {
      model = await goldenModel(name)
      const { lora, pairs } = await goldenAdapter(name)
      await model.attachLora(lora, { kind: 'pairs', pairs })
      V = model.config.vocabSize
    })
    afterAll(() => model.destroy())

    const tokens = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => (i * 131 + 7 * (i % 5)) % V)

    test('a prompt in pieces and single tokens give the logits of one whole pass', async () => {
      // 137 tokens cross the 128 that go through together, so the second piece attends to a cache; then tokens one by
      // one.
      const ids = tokens(143)
      for (const useAdapter of [true, false]) {
        const whole = await model.logits(ids, useAdapter)
        const decoder: Decoder = await model.createDecoder({ lines: 1, capacity: ids.length, cache: 'f32' }, useAdapter)
        const range = (t: number): Float32Array => whole.subarray((t - 1) * V, t * V)
        try {
          expect(
            figure(`cache ${name}`, relativeError(await pushTokens(decoder, ids.slice(0, 137)), range(137))),
          ).toBeLessThan(SAME_LOGITS)
          for (let t = 137; t < 143; t++) {
            const error = relativeError(await pushTokens(decoder, ids.slice(t, t + 1)), range(t + 1))
            expect(figure(`cache ${name}`, error), `token ${t}`).toBeLessThan(SAME_LOGITS)
          }
        } finally {
          decoder.destroy()
        }
      }
    })

    test('a prompt in any pieces', async () => {
      const ids = tokens(23)
      const whole = await model.logits(ids, true)
      const decoder: Decoder = await model.createDecoder({ lines: 1, capacity: ids.length, cache: 'f32' }, true)
      let at = 0
      for (const size of [3, 5, 1, 7, 7]) {
        at += size
        const logits = await pushTokens(decoder, ids.slice(at - size, at))
        expect(relativeError(logits, whole.subarray((at - 1) * V, at * V)), `${at} tokens`).toBeLessThan(SAME_LOGITS)
      }
      await expect(pushTokens(decoder, ids.slice(0, 2))).rejects.toThrow(RangeError)
      decoder.destroy()
    })

    test.runIf(isTriedHere(name))('a token that the table lacks is refused, wherever it is read', async () => {
      const ids = Int32Array.of(1, V, 2)
      const refused = { code: 'model-token-outside', params: { id: V, vocabSize: V } }
      await expect(model.logits(ids, true)).rejects.toMatchObject(refused)
      await expect(collect(model, ids, {})).rejects.toMatchObject(refused)
      await expect(
        model.lossPerLine(collate([{ row: 1, inputIds: ids, labels: ids, truncated: false }], [[0]]), true),
      ).rejects.toMatchObject(refused)
    })

    test('greedy text is the arg max of each whole pass', async () => {
      const prompt = tokens(9)
      const made = await collect(model, prompt, { maxNewTokens: 4 })
      const ids = [...prompt]
      for (const id of made) {
        const whole = await model.logits(Int32Array.from(ids), true)
        expect(id).toBe(argmax(whole.subarray((ids.length - 1) * V)))
        ids.push(id)
      }
      expect(made).toHaveLength(4)
    })

    test.runIf(isTriedHere(name))('many answers at once are bit by bit those that each is alone', async () => {
      // Eleven prompts of their own lengths on eight lines: one that ends makes room for another.
      const prompts = Array.from({ length: 11 }, (_, i) => tokens(3 + ((i * 5) % 13)).map((id) => (id + i) % V))
      const stop = (await collect(model, prompts[2], {}))[2]
      for (const how of [{}, { temperature: 1.2, topK: 20, topP: 0.95 }]) {
        const options = { ...GREEDY, maxNewTokens: 6, stopIds: [stop], ...how }
        const many: number[][] = prompts.map(() => [])
        const ended: number[] = []
        for await (const { index, id, isLast } of model.generateMany(prompts, options)) {
          many[index].push(id)
          if (isLast) ended.push(index)
        }
        expect([...ended].sort((a, b) => a - b)).toEqual(prompts.map((_, i) => i))
        const alone = await Promise.all(prompts.map((prompt) => collect(model, prompt, options)))
        expect(many).toEqual(alone)
        // Each with an end of its own: a beginning of the same.
        const limits = prompts.map((_, i) => 1 + (i % 6))
        const cut: number[][] = prompts.map(() => [])
        for await (const { index, id } of model.generateMany(prompts, { ...options, limits })) cut[index].push(id)
        expect(cut).toEqual(alone.map((ids, i) => ids.slice(0, limits[i])))
      }
    })

    test.runIf(isTriedHere(name))('a line has the same bits alone and among others', async () => {
      const size = (lines: number) => ({ lines, capacity: 24, cache: 'f32' as const })
      const wide = await model.createDecoder(size(3), true)
      const alone = await model.createDecoder(size(1), true)
      const lines = [tokens(4), tokens(9), tokens(17)]
      for (const [line, ids] of lines.entries()) await (await wide.prompt(line, ids)).read()
      await (await alone.prompt(0, lines[1])).read()
      for (let step = 0; step < 3; step++) {
        await (await wide.step()).read()
        await (await alone.step()).read()
        expect(wordsOf(await wide.logits(1, 'step'))).toEqual(wordsOf(await alone.logits(0, 'step')))
      }
      wide.destroy()
      alone.destroy()
    })

    test.runIf(isTriedHere(name))('the plan of answers is what they then take', async () => {
      const gpu = await testGpu()
      const size = { lines: 3, capacity: 40, cache: 'f32' as const }
      await model.logits(tokens(40), true)
      const before = gpu.allocatedBytes
      for (const how of [null, { temperature: 1, topK: 5, topP: 0.9 }]) {
        const { cacheBytes, otherBytes } = model.planAnswers(size, true, how)
        const decoder = await model.createDecoder(size, true, how)
        expect(gpu.allocatedBytes - before).toBe(cacheBytes + otherBytes)
        decoder.destroy()
        expect(gpu.allocatedBytes).toBe(before)
      }
      // What is said before a run of its answers: of lines that fit, and of a table of angles where there is none yet.
      const prompts = [14, 3, 9, 2, 5].map(tokens)
      for (const cache of gpu.features.f16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
        for (const maxNewTokens of [4, 1100]) {
          const held = gpu.allocatedBytes
          const asked = { prompts: prompts.map(({ length }) => length), maxNewTokens, cache }
          const plan = model.planGeneration(model.lora, asked)
          expect(plan).toMatchObject({ lines: 8, tokens: 14 + maxNewTokens, cache })
          for await (const _ of model.generateMany(prompts, { ...GREEDY, maxNewTokens, cache })) {
            expect(gpu.allocatedBytes - held).toBe(plan.bytes)
            break
          }
        }
      }
    })

    test.runIf(isTriedHere(name))('a cache in 16 bits is near to one in 32, where the GPU has them', async () => {
      const gpu = await testGpu()
      const options = { ...GREEDY, cache: 'f16' as const }
      if (!gpu.features.f16) {
        await expect(collect(model, tokens(9), options)).rejects.toMatchObject({ code: 'model-no-f16-cache' })
        return
      }
      expect(await collect(model, tokens(9), options)).toHaveLength(12)
      const size = (cache: CacheType) => ({ lines: 1, capacity: 150, cache })
      const decoders = [await model.createDecoder(size('f32'), true), await model.createDecoder(size('f16'), true)]
      // A piece, another that looks back at it, and single tokens.
      for (const ids of [tokens(137), ...[1, 2, 3].map((id) => Int32Array.of(id))]) {
        const [whole, half] = [await pushTokens(decoders[0], ids), await pushTokens(decoders[1], ids)]
        const error = figure(`16-bit cache ${name}`, relativeError(half, whole))
        expect(error).toBeGreaterThan(0)
        // Eleven bits of each key and value.
        expect(error).toBeLessThan(2 ** -9)
      }
      for (const decoder of decoders) decoder.destroy()
    })

    test('stops after a stop token, and says it', async () => {
      const all = await collect(model, tokens(9), {})
      expect(all).toHaveLength(12)
      const stop = all[3]
      expect(await collect(model, tokens(9), { stopIds: [stop] })).toEqual(all.slice(0, all.indexOf(stop) + 1))
    })

    test('an answer goes on past the context, as in transformers; a prompt beyond it is refused', async () => {
      const all = await collect(model, tokens(9), {})
      const { maxPositionEmbeddings } = model.config
      model.config.maxPositionEmbeddings = 11
      try {
        expect(await collect(model, tokens(9), {})).toEqual(all)
        await expect(collect(model, tokens(11), {})).rejects.toMatchObject({
          code: 'model-too-long',
          params: { tokens: 11, limit: 11 },
        })
      } finally {
        model.config.maxPositionEmbeddings = maxPositionEmbeddings
      }
    })

    test.runIf(isTriedHere(name))('an aborted generation ends', async () => {
      const control = new AbortController()
      const ids: number[] = []
      for await (const id of model.generate(tokens(5), { ...GREEDY, signal: control.signal })) {
        ids.push(id)
        if (ids.length === 2) control.abort()
      }
      expect(ids).toHaveLength(2)
    })

    test.runIf(isTriedHere(name))('the same seed draws the same tokens, another seed others', async () => {
      const sampled = { temperature: 1.5, topK: 0, topP: 1, maxNewTokens: 10 }
      const first = await collect(model, tokens(6), { ...sampled, seed: 5 })
      expect(await collect(model, tokens(6), { ...sampled, seed: 5 })).toEqual(first)
      expect(await collect(model, tokens(6), { ...sampled, seed: 6 })).not.toEqual(first)
    })
  })
}
