import { createStore } from 'zustand/vanilla'
import type { RunArchive, RunFilesKind, RunRecord } from './run-record'
import { bytesOf } from './run-record'
import type { BlobFile } from './blob-folder'
import type { Notices } from './notices'

export interface RunsState {
  /** Newest first. null = not read yet. */
  list: RunRecord[] | null
  /** Runs whose curves are drawn over each other. */
  picked: string[]
  /** Only runs with this tag are shown; null = all. */
  tag: string | null
}

export function createRunsRoom(archive: RunArchive, notices: Notices) {
  const store = createStore<RunsState>(() => ({ list: null, picked: [], tag: null }))
  const find = (id: string) => store.getState().list?.find((record) => record.id === id)

  async function put(record: RunRecord) {
    await archive.put(record)
    store.setState(({ list }) => ({
      list: [record, ...(list ?? []).filter((known) => known.id !== record.id)]
        .filter((known) => !known.deletedAt)
        .sort((a, b) => b.startedAt - a.startedAt),
    }))
  }
  async function change(id: string, part: Partial<RunRecord>) {
    const record = find(id)
    if (record) await put({ ...record, ...part })
  }

  /** Its tab is gone: what it left behind decides how far it came. */
  async function interrupted(record: RunRecord): Promise<RunRecord> {
    const checkpoints = await archive.checkpoints(record.id)
    const now: RunRecord = { ...record, reason: 'interrupted', checkpoints, steps: checkpoints.steps.at(-1) ?? 0 }
    await archive.put(now)
    return now
  }

  return {
    store,
    find,
    put,
    change,
    async open() {
      try {
        const all = await archive.list()
        for (const record of all) if (record.deletedAt) await archive.remove(record.id)
        const held = await archive.held()
        const list = await Promise.all(
          all
            .filter((record) => !record.deletedAt)
            .sort((a, b) => b.startedAt - a.startedAt)
            .map((record) => (record.reason === 'running' && !held.includes(record.id) ? interrupted(record) : record)),
        )
        store.setState({ list })
        await archive.dropStrayCheckpoints([...list.map(({ id }) => id), ...held])
      } catch (error) {
        store.setState(({ list }) => ({ list: list ?? [] }))
        notices.fail(error)
      }
    },
    async keepFiles(id: string, kind: RunFilesKind, files: readonly BlobFile[]) {
      await archive.putFiles(id, kind, files)
      await change(id, kind === 'adapter' ? { adapterBytes: bytesOf(files) } : { mergedBytes: bytesOf(files) })
    },
    files: (id: string, kind: RunFilesKind) => archive.files(id, kind),
    rename: (id: string, name: string) => change(id, { name }),
    /** Tags as they are written: between commas, each once. */
    tag: (id: string, text: string) =>
      change(id, {
        tags: [
          ...new Set(
            text
              .split(/[,，、]/)
              .map((tag) => tag.trim())
              .filter(Boolean),
          ),
        ],
      }),
    showTag: (tag: string | null) => store.setState({ tag }),
    /** A run that came to nothing. */
    async forget(id: string) {
      await archive.remove(id)
      store.setState(({ list }) => ({ list: (list ?? []).filter((known) => known.id !== id) }))
    },
    async remove(id: string) {
      const record = find(id)
      if (!record) return
      await archive.put({ ...record, deletedAt: Date.now() })
      store.setState(({ list, picked }) => ({
        list: (list ?? []).filter((known) => known.id !== id),
        picked: picked.filter((known) => known !== id),
      }))
      notices.say('runs.deleted', { name: record.name }, { label: 'undo', perform: () => void put(record) })
    },
    pick(id: string) {
      store.setState(({ picked }) => ({
        picked: picked.includes(id) ? picked.filter((known) => known !== id) : [...picked, id].slice(-5),
      }))
    },
  }
}
export type RunsRoom = ReturnType<typeof createRunsRoom>
