import { useRef } from 'react'

interface InlineEditProps {
  label: string
  value: string
  /** null: given up. */
  onDone: (value: string | null) => void
}

/** A line of text that is written over in its place: Enter or leaving it keeps, Escape gives up. */
export function InlineEdit({ label, value, onDone }: InlineEditProps) {
  // A field that goes away is also left, which must not keep what was given up.
  const isOver = useRef(false)
  const finish = (result: string | null) => {
    if (isOver.current) return
    isOver.current = true
    onDone(result)
  }
  return (
    <input
      autoFocus
      defaultValue={value}
      aria-label={label}
      onBlur={(event) => finish(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) finish(event.currentTarget.value)
        if (event.key === 'Escape') finish(null)
      }}
    />
  )
}
