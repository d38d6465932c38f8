import { fail } from '../errors'
import type { ByteSource, FileFolder } from '../contracts/bytes'

interface Listing {
  id: string
  files: { path: string; bytes: number }[]
}

/**
 * A folder of static files on a web server that names its files in `files.json` ({id, files: [{path, bytes}]}). A file
 * is fetched whole when it is first opened and then kept in memory, so this is for the small model that ships with the
 * studio.
 */
export async function httpFolder(base: URL): Promise<FileFolder> {
  const response = await get(new URL('files.json', base))
  let listing: Listing
  try {
    listing = (await response.json()) as Listing
  } catch (error) {
    throw fail('json-invalid', { file: 'files.json', reason: (error as Error).message }, error)
  }
  const sources = new Map<string, Promise<ByteSource>>()
  return {
    name: listing.id,
    list: async () => listing.files.map(({ path, bytes }) => ({ path, size: bytes })),
    open: async (path) => {
      if (!listing.files.some((file) => file.path === path)) return null
      const known = sources.get(path)
      if (known) return known
      const source = httpFile(path, new URL(path, base))
      sources.set(path, source)
      // A failure may pass: the next open tries again.
      source.catch(() => sources.delete(path))
      return source
    },
  }
}

/** One file on a web server, fetched whole. */
export async function httpFile(name: string, url: URL): Promise<ByteSource> {
  const bytes = new Uint8Array(await (await get(url)).arrayBuffer())
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) throw fail('file-changed', { file: name })
      return bytes.slice(offset, offset + length)
    },
  }
}

async function get(url: URL): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (error) {
    throw fail('http-unreachable', { url: url.href }, error)
  }
  if (!response.ok) throw fail('http-status', { url: url.href, status: response.status })
  return response
}
