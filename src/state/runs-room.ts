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
  /** Runs of which something is in this tab alone, since the browser's store had no room. */
  unkept: string[]
}

const keyOf = (id: string, kind: RunFilesKind) => `${id}/${kind}`
const mergedOf = (mergedBytes: number, mergedStep?: number) => ({ mergedBytes, mergedStep })

export function createRunsRoom(archive: RunArchive, notices: Notices) {
  const store = createStore<RunsState>(() => ({ list: null, picked: [], tag: null, unkept: [] }))
  /** Files that the store refused, by run and kind; they go with the tab. */
  const inTab = new Map<string, readonly BlobFile[]>()
  const find = (id: string) => store.getState().list?.find((record) => record.id === id)

  async function put(record: RunRecord) {
    const refused = await archive.put(record).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    markKept(record.id, refused === null && !inTab.has(keyOf(record.id, 'adapter')))
    store.setState(({ list }) => ({
      list: [record, ...(list ?? []).filter((known) => known.id !== record.id)]
        .filter((known) => !known.deletedAt)
        .sort((a, b) => b.startedAt - a.startedAt),
    }))
    if (refused) throw refused.error
  }
  function markKept(id: string, isKept: boolean) {
    store.setState(({ unkept }) => {
      const others = unkept.filter((one) => one !== id)
      return { unkept: isKept ? others : [...others, id] }
    })
  }
  async function change(id: string, part: Partial<RunRecord>) {
    const record = find(id)
    if (record) await put({ ...record, ...part })
  }

  /** Its tab is gone: what it left behind decides how far it came. */
  async function interrupted(record: RunRecord): Promise<RunRecord> {
    const checkpoints = await archive.checkpoints(record.id)
    const now: RunRecord = { ...record, reason: 'interrupted', checkpoints, steps: checkpoints.steps.at(-1) ?? 0 }
    // Where it cannot be noted, it is found out again at the next visit.
    await archive.put(now).catch(notices.fail)
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
        for (const record of all) if (record.deletedAt) await archive.remove(record.id).catch(notices.fail)
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
    /**
     * Files of a run as it was after `step` steps. An adapter that the store has no room for stays in the tab; either
     * way the error is thrown.
     */
    async keepFiles(id: string, kind: RunFilesKind, files: readonly BlobFile[], step: number) {
      const key = keyOf(id, kind)
      try {
        await archive.putFiles(id, kind, files)
        inTab.delete(key)
      } catch (error) {
        if (kind === 'merged') throw error
        inTab.set(key, files)
        markKept(id, false)
        await change(id, { adapterBytes: bytesOf(files), adapterStep: step }).catch(() => {})
        throw error
      }
      const bytes = bytesOf(files)
      await change(id, kind === 'adapter' ? { adapterBytes: bytes, adapterStep: step } : mergedOf(bytes, step))
    },
    files: async (id: string, kind: RunFilesKind) => [
      ...(inTab.get(keyOf(id, kind)) ?? (await archive.files(id, kind))),
    ],
    /** The run has moved on, so that its merged model of before is its model no more. */
    async forgetMerged(id: string) {
      if (!find(id)?.mergedBytes) return
      await archive.removeFiles(id, 'merged')
      await change(id, mergedOf(0))
    },
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
