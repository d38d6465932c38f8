import { fail } from '../errors'
import { retryAfter } from './hub-client'

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
}

export interface Pushed {
  url: string
  commit: string
}

/** Waits between tries of one request, in milliseconds. */
const WAITS = [1000, 4000, 15_000]

/**
 * Put files into a repository of a hub as one commit: nothing of them is seen there before all have arrived. Large ones
 * go in the parts that the hub asks for, each tried again where a connection breaks; what the hub has already of an
 * earlier try, it does not take again. Throws 'hub-id', 'hub-token', 'hub-push-unauthorized', 'hub-push-forbidden',
 * 'hub-push-refused' and 'hub-push-broke'.
 */
export async function pushToHub(
  { endpoint, id, token, isPrivate, files, title }: HubPush,
  on?: (path: string, share: number) => void,
  signal?: AbortSignal,
  waits: readonly number[] = WAITS,
): Promise<Pushed> {
  if (!/^[\w.-]+\/[\w.-]+$/.test(id)) throw fail('hub-id', { id })
  if (!token.startsWith('hf_')) throw fail('hub-token', {})
  const { commitIter, createRepo, HubApiError } = await import('@huggingface/hub')
  const common = { repo: { type: 'model' as const, name: id }, hubUrl: endpoint, accessToken: token }
  const patient = patientFetch(waits, signal)
  try {
    await createRepo({ ...common, visibility: isPrivate ? 'private' : 'public', fetch: patient }).catch(
      (error: unknown) => {
        // There already: the commit tells whether it may be written.
        if (!(error instanceof HubApiError && error.statusCode === 409)) throw error
      },
    )
    const operations = files.map(({ path, blob }) => ({ operation: 'addOrUpdate' as const, path, content: blob }))
    const work = commitIter({ ...common, operations, title, fetch: patient, abortSignal: signal, useXet: false })
    for (;;) {
      const { value, done } = await work.next()
      if (done) return { url: `${endpoint}/${id}`, commit: value!.commit.oid }
      if (value.event === 'fileProgress' && value.state === 'uploading') on?.(value.path, value.progress)
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof HubApiError))
      throw fail('hub-push-broke', { id, endpoint, reason: (error as Error).message }, error)
    const { statusCode: status } = error
    if (status === 401) throw fail('hub-push-unauthorized', { id, endpoint }, error)
    if (status === 403) throw fail('hub-push-forbidden', { id, endpoint }, error)
    throw fail('hub-push-refused', { id, endpoint, status, reason: error.message.slice(0, 300) }, error)
  }
}

/** fetch that tries again where a connection breaks, the hub is busy, or fails for its own reasons. */
function patientFetch(waits: readonly number[], signal?: AbortSignal): typeof fetch {
  return async (input, init) => {
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
