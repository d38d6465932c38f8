import { reflect, type KernelInterface } from '../../src/gpu/reflect'
import { expandWgsl, type Defines } from '../../src/gpu/wgsl-template'

/**
 * Everything that a kernel may bind, in order of its bindings, and its parameters: the union over its variants. Each
 * flag of the template is once off and once on, each `NAME == value` once true, everything else as it is.
 */
export function kernelInterface(template: string, entry: string): KernelInterface {
  const names = new Set<string>()
  const values: [string, string][] = []
  for (const [, condition] of template.matchAll(/^\s*\/\/#if (.+)$/gm)) {
    for (const part of condition.split(/&&|\|\|/)) {
      const compared = /^\s*(\w+)\s*(?:==|!=)\s*(\w+)\s*$/.exec(part)
      if (compared) values.push([compared[1], compared[2]])
      else names.add(part.replace(/[!\s]/g, ''))
    }
  }
  const inserted = /\$\{[^}]*\}|(?<=\/\/#for \w+ in ).+$|(?<=\/\/#if .*% ?)\w+/gm
  const words = [...template.matchAll(inserted)].flatMap(([text]) => text.match(/[A-Za-z_]\w*/g) ?? [])
  const base: Defines = Object.fromEntries(words.map((word) => [word, word.startsWith('T_') ? 'f32' : 8]))
  const all = (on: boolean): Defines => Object.fromEntries([...names].map((name) => [name, on]))
  const variants: Defines[] = [all(false), all(true), ...values.map(([name, value]) => ({ [name]: value }))]
  const bindings = new Map<string, KernelInterface['bindings'][number]>()
  let params: KernelInterface['params'] = []
  for (const variant of variants) {
    const io = reflect(expandWgsl(template, { ...base, ...variant, ENTRY: entry }))
    for (const binding of io.bindings) bindings.set(binding.name, binding)
    params = io.params
  }
  return { bindings: [...bindings.values()].sort((a, b) => a.index - b.index), params }
}
