/** Locks that all tabs of the page see and that end with their tab. Where the browser has none, every tab is alone. */
const manager = (): LockManager | undefined => globalThis.navigator?.locks

/** Hold a lock until the returned function is called; null where another tab holds it. */
export async function holdLock(name: string): Promise<(() => void) | null> {
  const locks = manager()
  if (!locks) return () => {}
  return new Promise((resolve, reject) => {
    const holding = locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null)
      return new Promise<void>((release) => resolve(release))
    })
    holding.catch(reject)
  })
}

export async function locksHeld(): Promise<string[]> {
  const { held = [] } = (await manager()?.query()) ?? {}
  return held.flatMap(({ name }) => name ?? [])
}
