import type { CacheType } from '../contracts/answers'
import type { Engine } from '../engine/api/types'
import { cachePrint, type Candidate } from '../eval/run/asked'

/** Enough texts to tell two sets of weights apart. */
const PRINT_TEXT = 'What the model makes of this sentence tells its weights from others, and 这一句也是。'

/**
 * The model's fingerprint, which is what it makes of a sentence, to the last bit; and who is asked: the model and,
 * where there is one, the adapter on it (its name). Their prints differ by the cache, too, the fingerprint does not.
 */
export async function candidatesOf(
  engine: Engine,
  adapter: string | null,
  cache: CacheType,
): Promise<{ fingerprint: string; candidates: Candidate[] }> {
  const text = new File([JSON.stringify({ text: PRINT_TEXT })], 'print.jsonl')
  const data = { max_length: 128, assistant_only_loss: false, mapping: { format: 'text' as const } }
  const printOf = async (useAdapter: boolean) => {
    const { loss } = await engine.evaluateOn({ kind: 'file', file: text }, data, { useAdapter })
    return `${engine.model()?.id}/${loss}`
  }
  const fingerprint = await printOf(false)
  const kept = cachePrint(cache)
  const base: Candidate = { id: 'base', name: 'base', adapter: null, strength: 1, print: fingerprint + kept }
  if (adapter === null) return { fingerprint, candidates: [base] }
  const print = (await printOf(true)) + kept
  return { fingerprint, candidates: [base, { id: 'tuned', name: adapter, adapter, strength: 1, print }] }
}
