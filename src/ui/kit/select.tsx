import { lazy, Suspense } from 'react'
import type { ListSelectProps } from './list-select'
import styles from './select.module.css'

const ListSelect = lazy(() => import('./list-select'))

/** One of several texts. Until what opens the list has arrived, it shows what is chosen. */
export function Select<T extends string>(props: ListSelectProps<T>) {
  const { id, value, options } = props
  const shown = options.find((option) => option.value === value)?.label
  return (
    <Suspense
      fallback={
        <button id={id} type="button" role="combobox" aria-expanded={false} className={styles.button} disabled>
          {shown}
        </button>
      }
    >
      <ListSelect {...props} onChange={(next) => props.onChange(next as T)} />
    </Suspense>
  )
}
