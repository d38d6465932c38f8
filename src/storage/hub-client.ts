import { isModelId } from '../contracts/hub-id'
import { fail, TuneError } from '../errors'
import { fetchWithin, SILENCE_MS, textWithin } from './fetch-within'
import type { HubFile, HubListing } from './hub-listing'
import { isEndpoint, isFilePath, isHash, isRevision } from './hub-listing'

export interface HubLocation {
  /** "https://huggingface.co" or a mirror that speaks the same paths. */
  endpoint: string
  /** "owner/name". */
  id: string
  /** Branch, tag or commit. */
  revision: string
  /** For private and gated models. */
  token?: string
}

/** Also how many there are. */
const WAITS = [300, 1000, 3000, 8000]

/** What a hub may ask us to wait before the next attempt; beyond it the person decides. */
const LONGEST_WAIT = 120_000
/** A listing of a hundred thousand files is shorter. */
const LISTING_BYTES = 64 << 20

export interface Patience {
  /** Waits between attempts, in milliseconds. */
  waits?: number[]
  /** Longest silence before a connection counts as broken. */
  silenceMs?: number
}

/** Requests to one repository of a hub. */
export class HubClient {
  readonly location: HubLocation
  readonly #signal: AbortSignal | undefined
  readonly #waits: number[]
  /** Longest silence before a connection counts as broken. */
  readonly silenceMs: number

  constructor(location: HubLocation, signal?: AbortSignal, { waits = WAITS, silenceMs = SILENCE_MS }: Patience = {}) {
    this.location = cleanLocation(location)
    this.#signal = signal
    this.#waits = waits
    this.silenceMs = silenceMs
  }

  /** The repository's files. Tries the hub's two ways of listing: mirrors do not all have both. */
  async list(): Promise<HubListing> {
    const { id, revision, endpoint } = this.location
    let commit = revision
    let named: HubFile[] | null = null
    const info = await this.#json(`${endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`)
    if (isRecord(info) && Array.isArray(info.siblings)) {
      if (typeof info.sha === 'string' && /^[\w.-]{1,100}$/.test(info.sha)) commit = info.sha
      named = filesOf(info.siblings, 'rfilename', (entry) => hashOf(entry.lfs, 'sha256') ?? hashOf(entry, 'blobId'))
      if (named.every((file) => file.size !== null)) return { commit, files: named }
    }
    const tree = await this.#json(`${endpoint}/api/models/${id}/tree/${encodeURIComponent(commit)}?recursive=true`)
    if (Array.isArray(tree)) {
      const entries = tree.filter((entry) => isRecord(entry) && entry.type === 'file')
      return { commit, files: filesOf(entries, 'path', (entry) => hashOf(entry.lfs, 'oid') ?? hashOf(entry, 'oid')) }
    }
    if (named) return { commit, files: named }
    // Both missing: there is no such model. An answer that is neither: whoever answered speaks no hub's language.
    if (info === null && tree === null) throw fail('hub-not-found', { id, revision, endpoint })
    throw fail('hub-listing', { id, endpoint })
  }

  fileUrl(path: string, commit: string): string {
    const { endpoint, id } = this.location
    return `${endpoint}/${id}/resolve/${encodeURIComponent(commit)}/${path.split('/').map(encodeURIComponent).join('/')}`
  }

  /** GET with retries on broken connections, 429 and 5xx. Any other status is the caller's to judge. */
  async get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    const { token, endpoint } = this.location
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= this.#waits.length
      try {
        const all = { ...headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) }
        // Past the browser's own cache: it would keep gigabytes a second time, and it joins ranges in ways of its own.
        const init: RequestInit = { headers: all, signal: this.#signal, cache: 'no-store' }
        const response = await fetchWithin(url, init, this.silenceMs)
        if (response.status !== 429 && response.status < 500) return response
        await response.body?.cancel()
        const asked = retryAfter(response.headers.get('retry-after'), Date.now())
        if (asked > LONGEST_WAIT) throw fail('hub-busy', { endpoint, seconds: Math.ceil(asked / 1000) })
        if (last) throw fail('hub-status', { url, status: response.status })
        if (asked > 0) {
          await this.#pause(asked)
          continue
        }
      } catch (error) {
        this.#signal?.throwIfAborted()
        if (error instanceof TuneError) throw error
        // The browser does not tell a missing CORS header from a dead line; both are "could not be reached".
        const offline = typeof navigator !== 'undefined' && navigator.onLine === false
        if (last || offline) throw fail('hub-unreachable', { endpoint, offline }, error)
      }
      await this.wait(attempt)
    }
  }

  /** Throws for statuses that end a download. */
  check(response: Response): void {
    const { id, revision, endpoint, token } = this.location
    if (response.ok) return
    if (response.status === 401) throw fail('hub-unauthorized', { id, endpoint, hadToken: Boolean(token) })
    if (response.status === 403) throw fail('hub-forbidden', { id, endpoint })
    if (response.status === 404) throw fail('hub-not-found', { id, revision, endpoint })
    throw fail('hub-status', { url: response.url, status: response.status })
  }

  /** How many broken connections in a row are borne. */
  get attempts(): number {
    return this.#waits.length
  }

  wait(attempt: number): Promise<void> {
    return this.#pause(this.#waits[Math.min(attempt, this.#waits.length - 1)] ?? 0)
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms)
      const signal = this.#signal
      function done() {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      signal?.addEventListener('abort', done)
    })
    this.#signal?.throwIfAborted()
  }

  throwIfAborted(): void {
    this.#signal?.throwIfAborted()
  }

  /** Parsed JSON; null where the hub has nothing under this address, undefined where what it sent is no JSON. */
  async #json(url: string): Promise<unknown> {
    const response = await this.get(url, { Accept: 'application/json' })
    if (response.status === 404) {
      await response.body?.cancel()
      return null
    }
    this.check(response)
    const text = await textWithin(response, LISTING_BYTES, this.silenceMs)
    try {
      return text === null ? undefined : (JSON.parse(text) as unknown)
    } catch {
      return undefined
    }
  }
}

/**
 * Trims what people paste: a whole address of a model's page, slashes at the end, no revision. What could not be put
 * into an address or a header is refused by name.
 */
function cleanLocation(location: HubLocation): HubLocation {
  const endpoint = location.endpoint.trim().replace(/\/+$/, '')
  if (!isEndpoint(endpoint)) throw fail('hub-endpoint', { endpoint: location.endpoint })
  const id = location.id
    .trim()
    .replace(/^https?:\/\/[^/]+\//, '')
    .replace(/\/(tree|blob|resolve)\/.*$/, '')
    .replace(/\/+$/, '')
  if (!isModelId(id)) throw fail('hub-id', { id: location.id })
  const revision = location.revision.trim() || 'main'
  if (!isRevision(revision)) throw fail('hub-revision', { revision: location.revision })
  const token = location.token?.trim() || undefined
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) throw fail('hub-token', {})
  return { endpoint, id, revision, token }
}

/** Milliseconds of a Retry-After header: seconds or a date; 0 where it says nothing. */
export function retryAfter(header: string | null, now: number): number {
  if (!header) return 0
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

/** Entries that name a file; what else a listing may hold is nothing that could be asked for. */
function filesOf(entries: unknown[], name: string, oid: (entry: Record<string, unknown>) => string | null): HubFile[] {
  return entries.filter(isRecord).flatMap((entry) => {
    const path = entry[name]
    return isFilePath(path) ? [{ path, size: sizeOf(entry), oid: oid(entry) }] : []
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A file behind Git LFS has its true size there; the plain one may be the pointer's. */
function sizeOf(entry: Record<string, unknown>): number | null {
  const lfs = isRecord(entry.lfs) ? entry.lfs.size : undefined
  const size = lfs ?? entry.size
  return Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : null
}

function hashOf(entry: unknown, field: string): string | null {
  const value = isRecord(entry) ? entry[field] : undefined
  return isHash(value) ? value : null
}
