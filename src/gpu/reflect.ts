/**
 * What a kernel's WGSL declares: read from the text, so that bindings and parameters are stated once, in the shader.
 */
export interface KernelInterface {
  bindings: { index: number; name: string; access: 'uniform' | 'read' | 'read_write' }[]
  /** Fields of `struct Params`, four bytes each, in order; empty where the kernel has none. */
  params: { name: string; type: 'u32' | 'i32' | 'f32' }[]
}

export function reflect(wgsl: string): KernelInterface {
  const bindings: KernelInterface['bindings'] = []
  const pattern = /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage)\s*(?:,\s*(read_write|read))?\s*>\s*(\w+)/g
  for (const match of wgsl.matchAll(pattern)) {
    const access = match[2] === 'uniform' ? 'uniform' : ((match[3] ?? 'read') as 'read' | 'read_write')
    bindings.push({ index: Number(match[1]), name: match[4], access })
  }
  bindings.sort((a, b) => a.index - b.index)
  const struct = /struct Params\s*\{([^}]*)\}/.exec(wgsl)
  const params = [...(struct?.[1] ?? '').replace(/\/\/.*$/gm, '').matchAll(/(\w+)\s*:\s*(u32|i32|f32)/g)].map(
    (match) => ({
      name: match[1],
      type: match[2] as 'u32' | 'i32' | 'f32',
    }),
  )
  return { bindings, params }
}

/** Pack named values into the bytes of `struct Params`; throws where a name is missing or unknown. */
export function packParams(
  fields: KernelInterface['params'],
  values: Record<string, number>,
  into: DataView,
  at: number,
): void {
  for (const [i, field] of fields.entries()) {
    const value = values[field.name]
    if (value === undefined) throw new Error(`kernel parameter "${field.name}" is missing`)
    if (field.type === 'f32') into.setFloat32(at + i * 4, value, true)
    else if (field.type === 'i32') into.setInt32(at + i * 4, value, true)
    else into.setUint32(at + i * 4, value, true)
  }
  for (const name of Object.keys(values)) {
    if (!fields.some((field) => field.name === name)) throw new Error(`kernel has no parameter "${name}"`)
  }
}
