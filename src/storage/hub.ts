import { fail } from '../errors'
import type { ByteSource, FileFolder } from '../contracts/bytes'
import type { HubCache } from './hub-cache'
import { contentHash, feed } from './content-hash'
import { HubClient } from './hub-client'
import type { HubLocation, Patience } from './hub-client'
import { download, readRange } from './hub-download'
import { fileName, isText, isWanted, listingName, modelFolder } from './hub-layout'
import type { HubFile, HubListing, KeptListing } from './hub-listing'
import { parseListing } from './hub-listing'
import { hasOpfs } from './opfs'
import { opfsHubCache } from './opfs-hub-cache'
import type { Progress, ProgressListener } from '../contracts/progress'

export type { HubLocation } from './hub-client'

/** Read at the first touch of a remote weight file, so that most headers cost one request. */
const HEAD_BYTES = 256 << 10

/**
 * A repository on the hub as a folder. The listing and the small files are fetched at once; a weight file is read by
 * range requests (its header, to check it) until `prefetch` has brought it into the cache whole. Without a connection a
 * model that was downloaded before opens from the cache.
 *
 * `on` hears of every file: its bytes, and whether it was in the cache.
 */
export async function openHub(
  location: HubLocation,
  on?: ProgressListener,
  signal?: AbortSignal,
  options: { cache?: HubCache } & Patience = {},
): Promise<FileFolder> {
  const client = new HubClient(location, signal, options)
  const cache = options.cache ?? (await defaultCache())
  on?.({ phase: 'list', item: client.location.id, done: 0, total: 0, unit: 'bytes' })
  const listing = await listFiles(client, cache)
  const wanted = listing.files.filter((file) => isWanted(file.path, listing.files))
  const meter = new Meter(on)
  const repository = new HubRepository(client, cache, listing, wanted, meter)
  await repository.prefetch(wanted.map((file) => file.path).filter(isText))
  return repository
}

async function defaultCache(): Promise<HubCache> {
  if (hasOpfs()) return opfsHubCache()
  throw fail('storage-missing', {})
}

/** The hub's listing, kept in the cache for days without a connection. */
async function listFiles(client: HubClient, cache: HubCache): Promise<HubListing> {
  const { endpoint, revision } = client.location
  const key = `${modelFolder(client.location)}/${listingName(revision)}`
  try {
    const listing = await client.list()
    const kept: KeptListing = { ...listing, endpoint }
    // A full store costs the days without a connection, not this one.
    await cache.writeText(key, JSON.stringify(kept)).catch(() => {})
    return listing
  } catch (error) {
    const kept = (error as { code?: string }).code === 'hub-unreachable' ? await cache.readText(key) : null
    const listing = kept && parseListing(kept)
    if (!listing) throw error
    return listing
  }
}

/** Whether a cached text is still what the hub lists; weights were compared when they came, and are too long for it. */
async function isListed(file: HubFile, local: ByteSource): Promise<boolean> {
  const hash = isText(file.path) ? contentHash(file) : null
  if (hash) await feed(hash, local, local.size)
  return hash?.agrees() ?? true
}

class HubRepository implements FileFolder {
  readonly name: string
  readonly #client: HubClient
  readonly #cache: HubCache
  readonly #listing: HubListing
  readonly #files: Map<string, HubFile>
  readonly #meter: Meter

  constructor(client: HubClient, cache: HubCache, listing: HubListing, files: HubFile[], meter: Meter) {
    this.name = client.location.id
    this.#client = client
    this.#cache = cache
    this.#listing = listing
    this.#files = new Map(files.map((file) => [file.path, file]))
    this.#meter = meter
  }

  async list(): Promise<{ path: string; size: number }[]> {
    return [...this.#files.values()].map(({ path, size }) => ({ path, size: size ?? 0 }))
  }

  async open(path: string): Promise<ByteSource | null> {
    const file = this.#files.get(path)
    if (!file) return null
    const local = await this.#local(file)
    if (local) return { name: path, size: local.size, read: (offset, length) => local.read(offset, length) }
    if (file.size === null) await this.prefetch([path])
    return file.size === null ? this.#local(file) : this.#remoteSource(file, file.size)
  }

  async prefetch(paths: string[]): Promise<void> {
    const missing: HubFile[] = []
    for (const path of paths) {
      const file = this.#files.get(path)
      if (!file) continue
      const local = await this.#local(file)
      const whole = local !== null && (await isListed(file, local))
      const done = whole ? local.size : ((await this.#cache.partial(this.#key(file)))?.size ?? 0)
      this.#meter.add(path, done, whole ? local.size : (file.size ?? 0), whole)
      if (!whole) missing.push(file)
    }
    await this.#checkRoom(missing)
    for (const file of missing) {
      const url = this.#client.fileUrl(file.path, this.#listing.commit)
      await download(this.#client, this.#cache, { file, url, key: this.#key(file) }, (done, total) =>
        this.#meter.update(file.path, done, total),
      )
    }
    this.#meter.flush()
  }

  /** The cached file; null where it is not there, or in another length: a remnant, which is fetched again. */
  async #local(file: HubFile): Promise<ByteSource | null> {
    const local = await this.#cache.open(this.#key(file))
    return local && (file.size === null || local.size === file.size) ? local : null
  }

  /** Fail before the download, not after an hour of it. */
  async #checkRoom(missing: HubFile[]): Promise<void> {
    const room = (await this.#cache.room?.()) ?? Infinity
    let needed = 0
    for (const file of missing) {
      needed += (file.size ?? 0) - ((await this.#cache.partial(this.#key(file)))?.size ?? 0)
      if (needed > room) throw fail('storage-full', { path: `${this.name}/${file.path}` })
    }
  }

  #key(file: HubFile): string {
    return `${modelFolder(this.#client.location)}/${fileName(file, this.#listing.commit)}`
  }

  #remoteSource(file: HubFile, size: number): ByteSource {
    const url = this.#client.fileUrl(file.path, this.#listing.commit)
    let head: Promise<Uint8Array> | null = null
    let local: ByteSource | null = null
    return {
      name: file.path,
      size,
      read: async (offset, length) => {
        if (offset + length > size) throw fail('hub-file-changed', { path: file.path, id: this.name })
        local ??= await this.#local(file)
        if (local) return local.read(offset, length)
        if (offset + length > HEAD_BYTES) return readRange(this.#client, url, offset, length)
        head ??= readRange(this.#client, url, 0, Math.min(HEAD_BYTES, size))
        return (await head).slice(offset, offset + length)
      },
    }
  }
}

/** Bytes of all files as one line and one by one, told ten times a second. */
class Meter {
  readonly #on: ProgressListener | undefined
  readonly #files = new Map<string, NonNullable<Progress['files']>[number]>()
  #began = 0
  #before = 0
  #told = 0
  #item = ''

  constructor(on: ProgressListener | undefined) {
    this.#on = on
  }

  add(path: string, done: number, total: number, cached: boolean): void {
    this.#files.set(path, { path, done, total, cached })
  }

  update(path: string, done: number, total: number | null): void {
    const file = this.#files.get(path)!
    const now = performance.now()
    file.done = done
    if (this.#began === 0) {
      this.#began = now
      this.#before = this.#sum('done')
    }
    file.total = total ?? file.total
    this.#item = path
    if (now - this.#told >= 100) this.flush()
  }

  flush(): void {
    this.#told = performance.now()
    const done = this.#sum('done')
    const total = this.#sum('total')
    const seconds = (this.#told - this.#began) / 1000
    const perSecond = this.#began > 0 && seconds > 0 ? (done - this.#before) / seconds : 0
    this.#on?.({
      phase: 'download',
      item: this.#item,
      done,
      total,
      unit: 'bytes',
      ...(perSecond > 0 ? { perSecond, etaSeconds: (total - done) / perSecond } : {}),
      files: [...this.#files.values()].map((file) => ({ ...file })),
    })
  }

  #sum(field: 'done' | 'total'): number {
    return [...this.#files.values()].reduce((sum, file) => sum + file[field], 0)
  }
}
