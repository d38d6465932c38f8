import { fail } from '../errors'
import type { ByteSource, FileFolder } from '../contracts/bytes'
import { fetchWithin, textWithin } from './fetch-within'
import { isFilePath } from './hub-listing'

interface Listing {
  id: string
  files: { path: string; bytes: number }[]
}

const LISTING_BYTES = 1 << 20

/**
 * A folder of static files on a web server that names its files in `files.json` ({id, files: [{path, bytes}]}). A file
 * is fetched whole when it is first opened and then kept in memory, so this is for the small model that ships with the
 * studio.
 */
export async function httpFolder(base: URL): Promise<FileFolder> {
  const url = new URL('files.json', base)
  const listing = parseListing((await textWithin(await get(url), LISTING_BYTES)) ?? '')
  if (!listing) throw fail('http-listing', { url: url.href })
  const sources = new Map<string, Promise<ByteSource>>()
  return {
    name: listing.id,
    list: async () => listing.files.map(({ path, bytes }) => ({ path, size: bytes })),
    open: async (path) => {
      const file = listing.files.find((one) => one.path === path)
      if (!file) return null
      const known = sources.get(path)
      if (known) return known
      const source = httpFile(path, new URL(path, base), file.bytes)
      sources.set(path, source)
      // A failure may pass: the next open tries again.
      source.catch(() => sources.delete(path))
      return source
    },
  }
}

function parseListing(text: string): Listing | null {
  try {
    const listing = JSON.parse(text) as Listing
    const isListing =
      typeof listing.id === 'string' &&
      listing.files.every(({ path, bytes }) => isFilePath(path) && Number.isSafeInteger(bytes))
    return isListing ? listing : null
  } catch {
    return null
  }
}

/** One file on a web server, fetched whole; where its length is known, no other is taken for it. */
export async function httpFile(name: string, url: URL, length?: number): Promise<ByteSource> {
  const response = await get(url)
  const body = await response.arrayBuffer().catch((error: unknown) => {
    throw fail('http-unreachable', { url: url.href }, error)
  })
  const bytes = new Uint8Array(body)
  if (length !== undefined && bytes.length !== length)
    throw fail('http-length', { url: url.href, expected: length, actual: bytes.length })
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
    response = await fetchWithin(url)
  } catch (error) {
    throw fail('http-unreachable', { url: url.href }, error)
  }
  if (!response.ok) throw fail('http-status', { url: url.href, status: response.status })
  return response
}
