import { fail, TuneError } from '../errors'

const isQuota = (error: unknown) => error instanceof Error && error.name === 'QuotaExceededError'

/** Runs a write into one of the browser's stores; a store that is full is 'storage-full', whichever it is. */
export async function guardQuota<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isQuota(error) ? fail('storage-full', { path }, error) : error
  }
}

/** Whether a write failed because there was no room. */
export function isStoreFull(error: unknown): boolean {
  return isQuota(error) || (error instanceof TuneError && error.code === 'storage-full')
}
