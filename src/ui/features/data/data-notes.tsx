import { useStore } from '../../read-store'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import type { FieldPath } from '../../../state/settings'
import type { SerializedError } from '../../../errors'

/** What is to be known of the file as a whole, each with the button that mends it where one does. */
export function DataNotes({ notes }: { notes: readonly SerializedError[] }) {
  const { error } = useWords()
  return notes.map((note) => (
    <div key={JSON.stringify(note)}>
      <p>{error(note)}</p>
      <Cure note={note} />
    </div>
  ))
}

/** The setting that a note suggests, at one press. */
export function Cure({ note }: { note: SerializedError | null }) {
  const studio = useStudio()
  const { t } = useWords()
  const running = useStore(studio.train.store, () => studio.running())
  const { field, suggested } = (note?.params ?? {}) as { field?: FieldPath; suggested?: number }
  if (field === undefined || typeof suggested !== 'number') return null
  return (
    <Button disabled={running} onClick={() => studio.train.enter(field, suggested)}>
      {t('data.useValue', { value: String(suggested) })}
    </Button>
  )
}
