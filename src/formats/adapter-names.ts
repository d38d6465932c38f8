/** Whose names a file of adapter tensors has. */
export type AdapterKind = 'peft' | 'mlx' | 'kohya'

const KINDS: [RegExp, AdapterKind][] = [
  [/\.lora_(?:A|B|embedding_A|embedding_B|magnitude_vector)(?:\.|$)/, 'peft'],
  [/\.lora_[ab]$/, 'mlx'],
  [/\.lora_(?:down|up)\.weight$/, 'kohya'],
]

/** What adapter the names of a file's tensors tell of; null where they tell of none. */
export function adapterKind(names: Iterable<string>): AdapterKind | null {
  for (const name of names) {
    const known = KINDS.find(([pattern]) => pattern.test(name))
    if (known) return known[1]
  }
  return null
}

/** What wrapping a module leaves in its tensors' names: torch.compile and data parallelism. */
const WRAPPERS = /(?:^|(?<=\.))_orig_mod\.|^(?:module\.)+/g

/** A tensor's name without what torch.compile (`_orig_mod.`) and data parallelism (`module.`) put into it. */
export const unwrapped = (name: string): string => name.replace(WRAPPERS, '')

/** What PEFT puts before the base model's own names. */
export const PEFT_PREFIX = 'base_model.model.'

/** PEFT 0.10 and later leave the adapter's name (".default") out; some trainers keep it, and some drop the prefix. */
const NAME = /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.[\w-]+)?\.weight$/

/** Which linear a tensor of an adapter belongs to, and on which side; null for tensors of another kind. */
export function readAdapterName(name: string): { path: string; side: 'A' | 'B' } | null {
  const match = NAME.exec(unwrapped(name))
  return match && { path: match[1], side: match[2] as 'A' | 'B' }
}
