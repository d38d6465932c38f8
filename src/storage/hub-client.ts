import { fail, TuneError } from '../errors'

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

export interface HubFile {
  path: string
  /** null where the hub's answer leaves it out. */
  size: number | null
  /** Hash of the content as the hub knows it. */
  oid: string | null
}

export interface HubListing {
  /** The commit that the revision stands for; where the hub does not say, the revision itself. */
  commit: string
  files: HubFile[]
}

/** Waits between attempts, in milliseconds; also how many there are. */
const WAITS = [300, 1000, 3000, 8000]

/** Requests to one repository of a hub. */
export class HubClient {
  readonly location: HubLocation
  readonly #signal: AbortSignal | undefined
  readonly #waits: number[]

  constructor(location: HubLocation, signal?: AbortSignal, waits = WAITS) {
    this.location = cleanLocation(location)
    this.#signal = signal
    this.#waits = waits
  }

  /** The repository's files. Tries the hub's two ways of listing: mirrors do not all have both. */
  async list(): Promise<HubListing> {
    const { id, revision, endpoint } = this.location
    const rev = encodeURIComponent(revision)
    let commit: string | null = null
    let named: HubFile[] | null = null
    const info = await this.#json(`${endpoint}/api/models/${id}/revision/${rev}?blobs=true`)
    if (isRecord(info) && Array.isArray(info.siblings)) {
      commit = typeof info.sha === 'string' ? info.sha : null
      named = info.siblings.filter(isRecord).map((entry) => ({
        path: String(entry.rfilename),
        size: sizeOf(entry),
        oid: hashOf(entry.lfs, 'sha256') ?? hashOf(entry, 'blobId'),
      }))
      if (named.every((file) => file.size !== null)) return { commit: commit ?? revision, files: named }
    }
    const tree = await this.#json(`${endpoint}/api/models/${id}/tree/${commit ?? rev}?recursive=true`)
    if (Array.isArray(tree)) {
      const files = tree
        .filter((entry) => isRecord(entry) && entry.type === 'file')
        .map((entry: Record<string, unknown>) => ({
          path: String(entry.path),
          size: sizeOf(entry),
          oid: hashOf(entry.lfs, 'oid') ?? hashOf(entry, 'oid'),
        }))
      return { commit: commit ?? revision, files }
    }
    if (named) return { commit: commit ?? revision, files: named }
    throw fail('hub-not-found', { id, revision, endpoint })
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
        const response = await fetch(url, { headers: all, signal: this.#signal, cache: 'no-store' })
        if (response.status !== 429 && response.status < 500) return response
        await response.body?.cancel()
        if (last) throw fail('hub-status', { url, status: response.status })
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

  async wait(attempt: number): Promise<void> {
    const ms = this.#waits[Math.min(attempt, this.#waits.length - 1)] ?? 0
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

  /** Parsed JSON, or null where the hub has nothing under this address. */
  async #json(url: string): Promise<unknown> {
    const response = await this.get(url, { Accept: 'application/json' })
    if (response.status === 404) {
      await response.body?.cancel()
      return null
    }
    this.check(response)
    try {
      return await response.json()
    } catch {
      return null
    }
  }
}

/** Trims what people paste: a whole address of a model's page, slashes at the end, no revision. */
function cleanLocation(location: HubLocation): HubLocation {
  const endpoint = location.endpoint.trim().replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]/.test(endpoint)) throw fail('hub-endpoint', { endpoint: location.endpoint })
  const id = location.id
    .trim()
    .replace(/^https?:\/\/[^/]+\//, '')
    .replace(/\/(tree|blob|resolve)\/.*$/, '')
    .replace(/\/+$/, '')
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id) || id.split('/').some((part) => /^\.+$/.test(part)))
    throw fail('hub-id', { id: location.id })
  return { endpoint, id, revision: location.revision.trim() || 'main', token: location.token?.trim() || undefined }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A file behind Git LFS has its true size there; the plain one may be the pointer's. */
function sizeOf(entry: Record<string, unknown>): number | null {
  const lfs = isRecord(entry.lfs) ? entry.lfs.size : undefined
  const size = lfs ?? entry.size
  return typeof size === 'number' ? size : null
}

function hashOf(entry: unknown, field: string): string | null {
  const value = isRecord(entry) ? entry[field] : undefined
  return typeof value === 'string' && /^[0-9a-f]{16,64}$/.test(value) ? value : null
}
