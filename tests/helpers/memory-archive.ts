import type { RunArchive, RunRecord } from '../../src/state/run-record'
import type { BlobFile } from '../../src/state/blob-folder'

/** Runs kept in memory; `steps` and `others` are what a test says of checkpoints and of other tabs. */
export function memoryArchive() {
  const kept = new Map<string, RunRecord>()
  const files = new Map<string, readonly BlobFile[]>()
  const steps = new Map<string, number[]>()
  const others = new Set<string>()
  const mine = new Set<string>()
  const tidied: string[] = []
  const archive: RunArchive = {
    list: async () => [...kept.values()],
    put: async (one) => void kept.set(one.id, structuredClone(one)),
    putFiles: async (id, kind, list) => void files.set(`${id}/${kind}`, list),
    files: async (id, kind) => [...(files.get(`${id}/${kind}`) ?? [])],
    removeFiles: async (id, kind) => void files.delete(`${id}/${kind}`),
    remove: async (id) => void kept.delete(id),
    checkpoints: async (id) => ({ steps: steps.get(id) ?? [], bytes: 100 * (steps.get(id) ?? []).length }),
    checkpointFolder: async (id, step) => ({ name: `${id}/${step}`, list: async () => [], open: async () => null }),
    checkpointAdapter: async () => [],
    tidyCheckpoints: async (id) => {
      tidied.push(id)
      steps.delete(id)
    },
    async dropStrayCheckpoints(ids) {
      for (const id of steps.keys()) if (!ids.includes(id)) steps.delete(id)
    },
    async hold(id) {
      if (others.has(id) || mine.has(id)) return null
      mine.add(id)
      return () => void mine.delete(id)
    },
    held: async () => [...others, ...mine],
  }
  return { ...archive, kept, steps, others, mine, tidied }
}
