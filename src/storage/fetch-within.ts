/** Longest wait for an answer's head, and longest silence within its body. */
export const SILENCE_MS = 45_000

/** `fetch` that rejects with a TimeoutError when no head of an answer has come by then; the body takes its own time. */
export async function fetchWithin(url: string | URL, init: RequestInit = {}, ms = SILENCE_MS): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')), ms)
  const { signal } = init
  try {
    return await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal })
  } finally {
    clearTimeout(timer)
  }
}

/** The next piece of a body; 'broken' also where it has been silent for too long. */
export async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms = SILENCE_MS,
): Promise<Uint8Array | 'end' | 'broken'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<'broken'>((resolve) => (timer = setTimeout(resolve, ms, 'broken')))
  const read = reader.read().then(
    ({ value }) => value ?? ('end' as const),
    () => 'broken' as const,
  )
  const chunk = await Promise.race([read, silence])
  clearTimeout(timer)
  return chunk
}

/** A body as text; null where it breaks, falls silent or is longer than `maxBytes`. */
export async function textWithin(response: Response, maxBytes: number, ms = SILENCE_MS): Promise<string | null> {
  if (!response.body) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (;;) {
    const chunk = await nextChunk(reader, ms)
    if (chunk === 'end') return text + decoder.decode()
    if (chunk === 'broken' || (bytes += chunk.length) > maxBytes) {
      await reader.cancel().catch(() => {})
      return null
    }
    text += decoder.decode(chunk, { stream: true })
  }
}
