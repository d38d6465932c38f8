import { fail } from '../../errors/index'
import { NOT_FINITE } from '../../ops/answering/choose'
import type { DecodingOptions, LineToken } from '../language-model'
import type { Chosen, Decoder } from './decoder'
import { uniforms } from './uniforms'

/** A question that has a line. */
interface Running {
  index: number
  line: number
  /** Tokens asked of the GPU, and those that were read. */
  asked: number
  made: number
  draw: () => number
  isOver: boolean
}

interface UnderWay {
  chosen: Chosen
  of: 'prompt' | 'step'
  running: Running[]
}

/**
 * Answers to any number of prompts, as many at once as the decoder has lines; one that ends makes room for the next.
 * Each is what it would be alone, bit by bit: its own cache, its own uniforms. Tokens stay on the GPU, a few steps
 * ahead of what was read; embeddings that the host holds need each token here first.
 * @throws TuneError model-not-finite, model-token-outside
 */
export async function* answerLines(
  decoder: Decoder,
  prompts: readonly Int32Array[],
  options: DecodingOptions & { limits: readonly number[] },
  stepsAhead: number,
): AsyncGenerator<LineToken> {
  if (options.maxNewTokens < 1) return
  const { limits } = options
  const ahead = decoder.needsTokens ? 1 : stepsAhead
  const lines: (Running | null)[] = Array.from({ length: decoder.size.lines }, () => null)
  const underWay: UnderWay[] = []
  let next = 0

  async function* take({ chosen, running }: UnderWay): AsyncGenerator<LineToken> {
    const tokens = await chosen.read()
    for (const one of running) {
      if (one.isOver) continue
      const id = tokens[one.line]
      if (id === NOT_FINITE) throw fail('model-not-finite', {})
      one.made++
      one.isOver = options.stopIds.includes(id) || one.made >= limits[one.index]
      if (one.isOver) lines[one.line] = null
      else if (decoder.needsTokens) await decoder.put(one.line, id)
      yield { index: one.index, id, isLast: one.isOver }
    }
  }

  for (;;) {
    for (const [line, taken] of lines.entries()) {
      if (options.signal?.aborted) return
      if (taken || next === prompts.length) continue
      const one = { index: next, line, asked: 1, made: 0, draw: uniforms(options.seed), isOver: false }
      lines[line] = one
      decoder.clear(line)
      const chosen = await decoder.prompt(line, prompts[next++], one.draw())
      underWay.push({ chosen, of: 'prompt', running: [one] })
      if (decoder.needsTokens) yield* take(underWay.pop()!)
    }
    if (options.signal?.aborted) return
    const wanted = lines.flatMap((one) => (one && one.asked < limits[one.index] ? [one] : []))
    const steps = underWay.filter(({ of }) => of === 'step').length
    if (wanted.length > 0 && steps < ahead) {
      const drawn = lines.map(() => 0)
      for (const one of wanted) {
        one.asked++
        drawn[one.line] = one.draw()
      }
      underWay.push({ chosen: await decoder.step(drawn), of: 'step', running: wanted })
      if (steps + 1 < ahead) continue
    }
    const first = underWay.shift()
    if (first) yield* take(first)
    else if (next === prompts.length) return
  }
}
