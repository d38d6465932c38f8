import { isHubId } from '../contracts/hub-id'
import type { ProgressListener } from '../contracts/progress'
import { fail } from '../errors'
import type { TuneError } from '../errors'
import { retryAfter } from './hub-client'
import { isEndpoint } from './hub-listing'

export interface HubPush {
  endpoint: string
  /** OWNER/NAME; made where there is none. */
  id: string
  /** Held in memory only, and sent to the endpoint alone. */
  token: string
  /** Of a repository that is made now; one that is there keeps what it is. */
  isPrivate: boolean
  files: { path: string; blob: Blob }[]
  title: string
  /** Told before the first request to each address: hubs have large files put elsewhere. */
  allow?: (address: string) => Promise<void>
}

export interface Pushed {
  url: string
  commit: string
}

/** Waits between tries of one request, in milliseconds. */
const WAITS = [1000, 4000, 15_000]

/** Throws 'hub-id', 'hub-endpoint' or 'hub-push-token-form' where nothing could be sent, before anything is made. */
export function expectPushable({ endpoint, id, token }: Pick<HubPush, 'endpoint' | 'id' | 'token'>): void {
  if (!isHubId(id)) throw fail('hub-id', { id })
  if (!isEndpoint(endpoint)) throw fail('hub-endpoint', { endpoint })
  if (!/^hf_[\x21-\x7e]+$/.test(token)) throw fail('hub-push-token-form', {})
}

/**
 * Put files into a repository of a hub as one commit: nothing of them is seen there before all have arrived. Large ones
 * go in the parts that the hub asks for, each tried again where a connection breaks; what the hub has already of an
 * earlier try, it does not take again. Throws what expectPushable throws and, of what the hub answers,
 * 'hub-push-unauthorized', 'hub-push-forbidden', 'hub-push-quota', 'hub-push-conflict', 'hub-push-refused' and
 * 'hub-push-broke'.
 */
export async function pushToHub(
  { endpoint, id, token, isPrivate, files, title, allow }: HubPush,
  on?: ProgressListener,
  signal?: AbortSignal,
  waits: readonly number[] = WAITS,
): Promise<Pushed> {
  expectPushable({ endpoint, id, token })
  const { commitIter, createRepo, HubApiError } = await import('@huggingface/hub')
  const common = { repo: { type: 'model' as const, name: id }, hubUrl: endpoint, accessToken: token }
  const patient = patientFetch(waits, allow, signal)
  try {
    await createRepo({ ...common, visibility: isPrivate ? 'private' : 'public', fetch: patient }).catch(
      (error: unknown) => {
        // There already: the commit tells whether it may be written.
        if (!(error instanceof HubApiError && error.statusCode === 409)) throw error
      },
    )
    const report = reporter(files, on)
    const operations = files.map(({ path, blob }) => ({ operation: 'addOrUpdate' as const, path, content: blob }))
    const work = commitIter({ ...common, operations, title, fetch: patient, abortSignal: signal, useXet: false })
    for (;;) {
      const { value, done } = await work.next()
      if (done) {
        for (const { path } of files) report(path, 1)
        return { url: `${endpoint}/${id}`, commit: value!.commit.oid }
      }
      if (value.event === 'fileProgress' && value.state === 'uploading') report(value.path, value.progress)
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof HubApiError))
      throw fail('hub-push-broke', { id, endpoint, reason: (error as Error).message }, error)
    throw refusal(error.statusCode, error.message.slice(0, 300), { id, endpoint }, error)
  }
}

/** Bytes sent of all files together, from each one's share. */
function reporter(files: HubPush['files'], on: ProgressListener = () => {}) {
  const sent = new Map(files.map(({ path }) => [path, 0]))
  const sizes = new Map(files.map(({ path, blob }) => [path, blob.size]))
  const sum = (values: Iterable<number>) => [...values].reduce((all, one) => all + one, 0)
  const total = sum(sizes.values())
  return (path: string, share: number) => {
    sent.set(path, share * (sizes.get(path) ?? 0))
    on({ phase: 'write', item: path, done: sum(sent.values()), total, unit: 'bytes' })
  }
}

/** Hubs say by 402, 413 and 507, or in the words of a 403, that an account's room is used up. */
const FULL = /quota|storage (limit|space|patterns?)|limit reached|exceed/i

function refusal(status: number, reason: string, where: { id: string; endpoint: string }, cause: unknown): TuneError {
  if (status === 401) return fail('hub-push-unauthorized', where, cause)
  if ([402, 413, 507].includes(status) || (status === 403 && FULL.test(reason)))
    return fail('hub-push-quota', { ...where, status, reason }, cause)
  if (status === 403) return fail('hub-push-forbidden', where, cause)
  if (status === 409 || status === 412) return fail('hub-push-conflict', { ...where, status, reason }, cause)
  return fail('hub-push-refused', { ...where, status, reason }, cause)
}

/** fetch that tries again where a connection breaks, the hub is busy, or fails for its own reasons. */
function patientFetch(waits: readonly number[], allow: HubPush['allow'], signal?: AbortSignal): typeof fetch {
  const allowed = new Set<string>()
  return async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : input)
    if (!allowed.has(origin)) await allow?.(origin)
    allowed.add(origin)
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= waits.length
      try {
        const response = await fetch(input, init)
        if (isLast || (response.status !== 429 && response.status < 500)) return response
        await response.body?.cancel()
        await pause(Math.max(waits[attempt], retryAfter(response.headers.get('retry-after'), Date.now())), signal)
      } catch (error) {
        signal?.throwIfAborted()
        if (isLast) throw error
        await pause(waits[attempt], signal)
      }
    }
  }
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
