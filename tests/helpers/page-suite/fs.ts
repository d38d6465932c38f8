/**
 * Stands in for `node:fs` where tests run inside a page: reads the repository's files from the server of
 * scripts/page-suite.mjs.
 * Synchronous, since the tests are; a page may still do that outside of workers.
 */
export function readFileSync(path: string, encoding?: 'utf8'): string | Uint8Array {
  const request = new XMLHttpRequest()
  request.open('GET', `/repository/${path}`, false)
  // A synchronous request may not answer with bytes; this character set passes each byte through as one character.
  request.overrideMimeType('text/plain; charset=x-user-defined')
  request.send()
  if (request.status !== 200) throw new Error(`ENOENT: ${path}`)
  const bytes = Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 255)
  return encoding ? new TextDecoder().decode(bytes) : bytes
}

/** Figures are collected by the script that runs the page. */
export function appendFileSync(_path: string, text: string): void {
  void (globalThis as unknown as { reportFigure?: (text: string) => unknown }).reportFigure?.(text)
}

export function existsSync(path: string): boolean {
  const request = new XMLHttpRequest()
  request.open('HEAD', `/repository/${path}`, false)
  request.send()
  return request.status === 200
}
