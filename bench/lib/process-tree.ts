import { readdirSync, readFileSync } from 'node:fs'

/** Of /proc/PID/stat behind the name in brackets: the parent, and ticks of the processor in user and system mode. */
const [PARENT, USER, SYSTEM] = [1, 11, 12]
/** Ticks a second, as Linux tells every program. */
const TICKS = 100

/** Processor milliseconds that all living descendants of this process have used. Linux alone. */
export function descendantsMs(): number {
  const parents = new Map<number, { parent: number; ticks: number }>()
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${id}/stat`, 'utf8')
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      parents.set(Number(id), {
        parent: Number(fields[PARENT]),
        ticks: Number(fields[USER]) + Number(fields[SYSTEM]),
      })
    } catch {
      // It ended meanwhile.
    }
  }
  const isOurs = (id: number): boolean => {
    const own = parents.get(id)
    return own !== undefined && (own.parent === process.pid || isOurs(own.parent))
  }
  let sum = 0
  for (const [id, { ticks }] of parents) if (isOurs(id)) sum += ticks
  return (sum / TICKS) * 1000
}
