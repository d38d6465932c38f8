import type { Visit, VisitStore } from '../../src/state/visit-store'
import { dataFileKey } from '../../src/state/visit-store'

/** What visits leave behind, in memory. */
export function memoryVisits() {
  const visit: Record<string, unknown> = {}
  const files = new Map<string, File>()
  const store: VisitStore = {
    read: async () => ({ ...visit }) as Visit,
    put: async (part, value) => void (visit[part] = structuredClone(value)),
    async keepFile(file) {
      files.set(dataFileKey(file), file)
      return true
    },
    file: async (key) => files.get(key) ?? null,
    async keepOnly(keys) {
      for (const key of files.keys()) if (!keys.includes(key)) files.delete(key)
    },
  }
  return { store, visit, files }
}
