/** Listeners hear of new figures at most this often. */
const PUBLISH_MS = 150

/** Gathers changes and hands them on at most every PUBLISH_MS, the first at once. */
export function createPublisher<T extends object>(publish: (change: Partial<T>) => void) {
  let waiting: Partial<T> = {}
  let timer: ReturnType<typeof setTimeout> | null = null
  const flush = () => {
    timer = null
    if (Object.keys(waiting).length === 0) return
    publish(waiting)
    waiting = {}
    timer = setTimeout(flush, PUBLISH_MS)
  }
  return {
    soon(change: Partial<T>) {
      Object.assign(waiting, change)
      if (timer === null) flush()
    },
    now(change: Partial<T>) {
      if (timer !== null) clearTimeout(timer)
      Object.assign(waiting, change)
      flush()
    },
  }
}
