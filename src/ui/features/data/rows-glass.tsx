import { useMemo, useState } from 'react'
import { GLASS_COLUMNS, glassRows, type GlassColumn, type GlassRow } from '../../../state/rows-glass'
import type { RowLabel } from '../../../eval/rows/row-labels'
import { isRunning } from '../../../state/train-room'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { ProgressBar } from '../../kit/progress-bar'
import { Part } from '../../kit/room'
import { Term } from '../../kit/term'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { OpenRow } from './open-row'
import styles from './rows-glass.module.css'

/** So many lines at first, and with each press. */
const LINES = 20
const NONE: readonly number[] = []

/** The loss of each row before, during and after a run, what stands out, and what can be done about it. */
export function RowsGlass() {
  const studio = useStudio()
  const { t } = useWords()
  const { measuring, progress, before, after, error } = useFields(
    studio.glass.store,
    'measuring',
    'progress',
    'before',
    'after',
    'error',
  )
  const isBusy = useStore(studio.train.store, ({ phase }) => isRunning(phase))
  const hasAdapter = useStore(studio.try.store, ({ adapter }) => adapter !== null)
  const measure = measuring ? (
    <Button onClick={studio.glass.cancel}>{t('cancel')}</Button>
  ) : (
    <Button disabled={isBusy} onClick={() => void studio.glass.measure()}>
      {t(before && (after || !hasAdapter) ? 'rows.measureAgain' : 'rows.measure')}
    </Button>
  )
  return (
    <Part title={t('rows.title')} aside={measure}>
      <p className="muted">
        {t('rows.lead')} {!hasAdapter && t('rows.noAdapter')}
      </p>
      <ErrorNote error={error} />
      {measuring && <ProgressBar label={t('rows.measuring')} done={progress?.done ?? 0} total={progress?.total ?? 0} />}
      <GlassTable />
    </Part>
  )
}

function GlassTable() {
  const studio = useStudio()
  const words = useWords()
  const { t, num } = words
  const [shown, setShown] = useState(LINES)
  const { before, after, sort, only, opened } = useFields(
    studio.glass.store,
    'before',
    'after',
    'sort',
    'only',
    'opened',
  )
  const excluded = useStore(studio.train.store, ({ run }) => run.exclude_rows)
  const held = useStore(studio.train.store, ({ plan }) => plan?.heldRows)
  // Of the run that was begun here, or of the one whose adapter is loaded.
  useStore(studio.try.store, ({ adapterRunId }) => adapterRunId)
  const seen = useStore(studio.train.store, () => studio.seenRows())
  const all = useMemo(
    () => glassRows({ before, after, sort, excluded, held: held ?? NONE, seen, only: null }),
    [before, after, sort, excluded, held, seen],
  )
  if (all.length === 0) return null
  const rows = only === null ? all : all.filter(({ label }) => label === only)
  const labels = [...new Set(all.flatMap(({ label }) => label ?? []))]
  const count = (label: RowLabel) => all.filter((row) => row.label === label).length
  return (
    <>
      {labels.length > 0 && (
        <p className="row">
          <Button kind="quiet" aria-pressed={only === null} onClick={() => studio.glass.showOnly(null)}>
            {t('rows.all', { n: num(all.length) })}
          </Button>
          {labels.map((label) => (
            <Button
              key={label}
              kind="quiet"
              aria-pressed={only === label}
              onClick={() => studio.glass.showOnly(only === label ? null : label)}
            >
              {t('rows.onlyLabel', { label: t(`rowLabel.${label}`), n: num(count(label)) })}
            </Button>
          ))}
        </p>
      )}
      <div className="table-scroll">
        <table className={styles.glass}>
          <thead>
            <tr>
              {GLASS_COLUMNS.map((column) => (
                <HeadCell key={column} column={column} />
              ))}
              <th scope="col">{t('rows.label')}</th>
              <th scope="col">
                <span className="visually-hidden">{t('runs.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <GlassLine key={row.row} row={row} isOpen={row.row === opened} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">{t('rows.columns')}</p>
      {rows.length > shown && (
        <Button kind="quiet" onClick={() => setShown(shown + LINES)}>
          {t('rows.more', { n: Math.min(LINES, rows.length - shown) })}
        </Button>
      )}
    </>
  )
}

function HeadCell({ column }: { column: GlassColumn }) {
  const studio = useStudio()
  const { t } = useWords()
  const { by, down } = useStore(studio.glass.store, ({ sort }) => sort)
  const isBy = by === column
  return (
    <th scope="col" aria-sort={isBy ? (down ? 'descending' : 'ascending') : undefined}>
      <button type="button" className="link" onClick={() => studio.glass.sortBy(column)}>
        {t(`rowColumn.${column}`)}
        {isBy && <span aria-hidden="true">{down ? ' ↓' : ' ↑'}</span>}
      </button>
    </th>
  )
}

function GlassLine({ row: line, isOpen }: { row: GlassRow; isOpen: boolean }) {
  const studio = useStudio()
  const { t, num, measure } = useWords()
  const { row, label, excluded, held } = line
  const loss = (value: number | null) => (value === null ? '–' : measure(value))
  const isBusy = useStore(studio.train.store, ({ phase }) => isRunning(phase))
  return (
    <>
      <tr data-excluded={excluded || undefined}>
        <th scope="row" className="num">
          <button
            type="button"
            className="link"
            aria-expanded={isOpen}
            aria-label={t(isOpen ? 'rows.close' : 'rows.open', { row })}
            onClick={() => void studio.glass.open(isOpen ? null : row)}
          >
            {num(row)}
          </button>
        </th>
        <td>{loss(line.before)}</td>
        <td>{loss(line.during)}</td>
        <td>{loss(line.after)}</td>
        <td>{loss(line.gain)}</td>
        <td>
          {label && <Term help={t(`rowLabel.${label}.help`)}>{t(`rowLabel.${label}`)}</Term>}
          {held && <span className="muted">{t('rows.held')}</span>}
          {excluded && <span className="muted">{t('rows.excluded')}</span>}
        </td>
        <td>
          <Button
            kind="quiet"
            disabled={isBusy}
            aria-label={t(excluded ? 'rows.includeRow' : 'rows.excludeRow', { row })}
            onClick={() => studio.excludeRows([row], !excluded)}
          >
            {t(excluded ? 'rows.include' : 'rows.exclude')}
          </Button>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={GLASS_COLUMNS.length + 2} className={styles.open}>
            <OpenRow />
          </td>
        </tr>
      )}
    </>
  )
}
