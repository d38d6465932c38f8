import type { RunFile } from '../run-file/run-file'

/** Fields in which run files differ, with each one's value as text; fields of groups as `lora.r`. */
export function differingFields(runs: readonly RunFile[]): { field: string; values: string[] }[] {
  const flat = runs.map((run) => flatten(run, ''))
  const fields = [...new Set(flat.flatMap((one) => [...one.keys()]))]
  return fields
    .map((field) => ({ field, values: flat.map((one) => one.get(field) ?? '') }))
    .filter(({ values }) => new Set(values).size > 1)
}

function flatten(value: object, prefix: string): Map<string, string> {
  const out = new Map<string, string>()
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) {
      for (const [field, text] of flatten(inner, `${prefix}${name}.`)) out.set(field, text)
    } else {
      out.set(`${prefix}${name}`, Array.isArray(inner) ? inner.join(', ') : String(inner))
    }
  }
  return out
}
