import { fail } from '../errors'

/** What another reader found in safetensors files. */
export interface SafetensorsFound {
  tensors: number
  /** Bytes of all tensors. */
  bytes: number
}

/**
 * Open safetensors files with the parser of @huggingface/hub, which is fed from them as if from a hub, and see that the
 * tensors of each file lie end to end and fill it. Throws 'verify-unreadable'.
 */
export async function readSafetensors(files: readonly { path: string; blob: Blob }[]): Promise<SafetensorsFound> {
  const { parseSafetensorsMetadata } = await import('@huggingface/hub')
  const found: SafetensorsFound = { tensors: 0, bytes: 0 }
  for (const { path, blob } of files.filter((file) => file.path.endsWith('.safetensors'))) {
    const refuse = (reason: string, cause?: unknown) =>
      fail('verify-unreadable', { file: path, reader: '@huggingface/hub', reason }, cause)
    const parsed = await parseSafetensorsMetadata({
      repo: 'this/export',
      path,
      hubUrl: 'http://localhost',
      fetch: servedFrom(blob),
    }).catch((error: unknown) => {
      throw refuse((error as Error).message, error)
    })
    if (parsed.sharded) throw refuse('several')
    const { __metadata__: _, ...header } = parsed.header
    const spans = Object.values(header)
      .map(({ data_offsets }) => data_offsets)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    const end = spans.reduce((at, [from, to]) => (from === at ? to : NaN), 0)
    const length = new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true)
    if (8 + Number(length) + end !== blob.size) throw refuse('gaps')
    found.tensors += spans.length
    found.bytes += end
  }
  return found
}

/** A hub's answers for one file. */
function servedFrom(blob: Blob): typeof fetch {
  return async (_, init) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '')
    const from = range ? Number(range[1]) : 0
    const to = range ? Math.min(Number(range[2]), blob.size - 1) : blob.size - 1
    return new Response(blob.slice(from, to + 1), {
      status: range ? 206 : 200,
      headers: {
        'content-range': `bytes ${from}-${to}/${blob.size}`,
        'content-length': String(to - from + 1),
        etag: '"this"',
      },
    })
  }
}
