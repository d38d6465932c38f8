import { fail } from '../../errors/index'
import { EMBEDDING } from '../../architecture/names'
import { unwrapped } from '../../formats/adapter-names'

const INNER = 'model.'

/**
 * The names that transformers gives the tensors of a causal model, for checkpoints that were saved from what stood
 * around it or inside it: torch.compile and data parallelism put names before, and a model without its head
 * (Qwen3-Embedding) leaves "model." out, which transformers puts there itself (`base_model_prefix`).
 * Throws 'model-renamed-twice' where two tensors would have one name.
 */
export function canonicalNames(stored: readonly string[]): Map<string, string> {
  const bare = stored.map(unwrapped)
  const isInner = !bare.includes(EMBEDDING) && bare.includes(EMBEDDING.slice(INNER.length))
  const names = bare.map((name) => (isInner && /^(?:embed_tokens|layers|norm)\./.test(name) ? INNER + name : name))
  const from = new Map<string, string>()
  names.forEach((name, i) => {
    const before = from.get(name)
    if (before !== undefined && before !== stored[i])
      throw fail('model-renamed-twice', { tensor: name, names: `${before}, ${stored[i]}` })
    from.set(name, stored[i])
  })
  return from
}
