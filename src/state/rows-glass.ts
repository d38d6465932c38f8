import { createStore } from 'zustand/vanilla'
import type { RowTokens } from '../contracts/data'
import type { SeenRow } from '../contracts/evaluation'
import type { Progress } from '../contracts/progress'
import type { Engine, EvalResult } from '../engine/api/types'
import type { SerializedError } from '../errors'
import { labelRows, type RowLabel } from '../eval/rows/row-labels'
import { isAbort, serializeError } from './failure'
import { createLatest } from './latest'

export interface GlassState {
  /** Rows are judged under the base, or under the adapter. */
  measuring: boolean
  progress: Progress | null
  before: EvalResult['per_row'] | null
  /** null also where there is no adapter. */
  after: EvalResult['per_row'] | null
  sort: { by: GlassColumn; down: boolean }
  /** Only rows with this label are shown; null: all. */
  only: RowLabel | null
  /** The row that is open, and its tokens once they are judged. */
  opened: number | null
  tokens: RowTokens | null
  error: SerializedError | null
}

export const GLASS_COLUMNS = ['row', 'before', 'during', 'after', 'gain'] as const
export type GlassColumn = (typeof GLASS_COLUMNS)[number]

/** A line of the table. */
export interface GlassRow {
  row: number
  before: number | null
  /** When it was trained last. */
  during: number | null
  after: number | null
  /** What it lost of its loss. */
  gain: number | null
  label: RowLabel | null
  held: boolean
  excluded: boolean
}

/** The losses of rows before, during and after a run; one row token by token. */
export function createRowsGlass(engine: Engine) {
  const store = createStore<GlassState>(() => ({
    measuring: false,
    progress: null,
    before: null,
    after: null,
    sort: { by: 'row', down: false },
    only: null,
    opened: null,
    tokens: null,
    error: null,
  }))
  const jobs = createLatest()
  const looks = createLatest()

  async function measured(work: (on: (progress: Progress) => void, signal: AbortSignal) => Promise<void>) {
    store.setState({ measuring: true, progress: null, error: null })
    await jobs.run(async (signal, isCurrent) => {
      try {
        await work((progress) => isCurrent() && store.setState({ progress }), signal)
      } catch (error) {
        if (isCurrent() && !isAbort(error)) store.setState({ error: serializeError(error) })
      } finally {
        if (isCurrent()) store.setState({ measuring: false, progress: null })
      }
    })
  }

  return {
    store,
    /** The base first, where it is not known yet, then the adapter, where there is one. */
    measure: () =>
      measured(async (on, signal) => {
        const before = store.getState().before ?? (await engine.evaluate({ useAdapter: false }, on, signal)).per_row
        signal.throwIfAborted()
        store.setState({ before })
        if (!engine.adapter()) return
        const { per_row } = await engine.evaluate({ useAdapter: true }, on, signal)
        signal.throwIfAborted()
        store.setState({ after: per_row })
      }),
    cancel: () => jobs.cancel(),
    async open(row: number | null) {
      store.setState({ opened: row, tokens: null, error: null })
      await looks.run(async (signal, isCurrent) => {
        if (row === null) return
        try {
          const tokens = await engine.rowTokens(row, signal)
          if (isCurrent()) store.setState({ tokens })
        } catch (error) {
          if (isCurrent() && !isAbort(error)) store.setState({ error: serializeError(error) })
        }
      })
    },
    /** A column is sorted downwards first, since the highest losses are looked for; rows from the first on. */
    sortBy: (by: GlassColumn) =>
      store.setState(({ sort }) => ({ sort: { by, down: sort.by === by ? !sort.down : by !== 'row' } })),
    showOnly: (only: RowLabel | null) => store.setState({ only }),
    /** Another data set, or the same rows cut otherwise. */
    forget() {
      jobs.cancel()
      looks.cancel()
      store.setState({
        ...{ measuring: false, progress: null, before: null, after: null },
        ...{ only: null, opened: null, tokens: null, error: null },
      })
    },
    /** What was measured under another adapter says nothing of this one. */
    forgetAfter() {
      jobs.cancel()
      looks.cancel()
      store.setState({ after: null, only: null, opened: null, tokens: null })
    },
  }
}
export type RowsGlass = ReturnType<typeof createRowsGlass>

interface GlassParts extends Pick<GlassState, 'before' | 'after' | 'sort' | 'only'> {
  seen: readonly SeenRow[]
  held: readonly number[]
  excluded: readonly number[]
}

/** The table's lines in their order. Labels are those of trained rows, by the middle of all that were trained. */
export function glassRows({ before, after, seen, held, excluded, sort, only }: GlassParts): GlassRow[] {
  const during = new Map(seen.map(([row, , loss]) => [row, loss]))
  const first = new Map(before?.map(({ row, loss }) => [row, loss]))
  const last = new Map(after?.map(({ row, loss }) => [row, loss]))
  const isHeld = new Set(held)
  const isOut = new Set(excluded)
  const trained = (row: number) => (during.size > 0 ? during.has(row) : !isHeld.has(row))
  const stories = (after ?? []).flatMap(({ row, loss }) =>
    trained(row) && first.has(row) ? [{ row, before: first.get(row)!, after: loss }] : [],
  )
  const labels = labelRows(stories)
  const rows = [...new Set([...first.keys(), ...during.keys(), ...isOut])].map((row): GlassRow => {
    const [from, to] = [first.get(row) ?? null, last.get(row) ?? null]
    return {
      row,
      before: from,
      during: during.get(row) ?? null,
      after: to,
      gain: from === null || to === null ? null : from - to,
      label: labels.get(row) ?? null,
      held: isHeld.has(row),
      excluded: isOut.has(row),
    }
  })
  const sign = sort.down ? -1 : 1
  // Rows without a value come last, whichever way.
  const order = (a: GlassRow, b: GlassRow) => {
    const [x, y] = [a[sort.by], b[sort.by]]
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a.row - b.row
    return sign * (x - y) || a.row - b.row
  }
  return rows.filter(({ label }) => only === null || label === only).sort(order)
}
