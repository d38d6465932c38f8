/** Lines of source shown before and after the one that a message names. */
const AROUND = 3

/** What a compiler says of a shader; lines and columns count from 1, 0 where it names none. */
export interface ShaderMessage {
  type: 'error' | 'warning' | 'info'
  message: string
  lineNum: number
  linePos: number
}

/**
 * The compiler's errors, each with the expanded source around its line, numbered: templates are expanded before they
 * are compiled, so a line number alone names nothing that stands in a file.
 */
export function shaderReport(wgsl: string, messages: readonly ShaderMessage[]): string {
  const errors = messages.filter(({ type }) => type === 'error')
  const lines = wgsl.split('\n')
  return (errors.length ? errors : messages).map((message) => describe(lines, message)).join('\n')
}

function describe(lines: string[], { message, lineNum, linePos }: ShaderMessage): string {
  if (lineNum < 1 || lineNum > lines.length) return message
  const from = Math.max(1, lineNum - AROUND)
  const to = Math.min(lines.length, lineNum + AROUND)
  const width = String(to).length
  const shown: string[] = []
  for (let line = from; line <= to; line++) {
    shown.push(`${line === lineNum ? '>' : ' '} ${String(line).padStart(width)} | ${lines[line - 1]}`)
    if (line === lineNum && linePos > 0) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(linePos - 1)}^`)
  }
  return `${lineNum}:${linePos} ${message}\n${shown.join('\n')}`
}
