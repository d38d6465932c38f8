import { CSPProvider } from '@base-ui/react/csp-provider'
import { Select } from '@base-ui/react/select'
import styles from './select.module.css'

export interface ListSelectProps<T extends string> {
  /** For the label that belongs to it. */
  id?: string
  value: T
  options: readonly { value: T; label: string; disabled?: boolean }[]
  describedBy?: string
  onChange: (value: T) => void
}

/** The list opens over the page, with arrows, first letters and Escape; a press on the label opens it, too. */
export default function ListSelect({ id, value, options, describedBy, onChange }: ListSelectProps<string>) {
  return (
    <CSPProvider disableStyleElements>
      <Select.Root items={options} value={value} onValueChange={(next) => next !== null && onChange(next)}>
        <Select.Trigger id={id} aria-describedby={describedBy} className={styles.button}>
          <Select.Value />
          <Select.Icon className={styles.icon}>▾</Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner alignItemWithTrigger={false} sideOffset={4} className={styles.positioner}>
            <Select.Popup className={styles.popup}>
              <Select.List>
                {options.map((option) => (
                  <Select.Item
                    key={option.value}
                    value={option.value}
                    disabled={option.disabled}
                    className={styles.option}
                  >
                    <Select.ItemText>{option.label}</Select.ItemText>
                    <Select.ItemIndicator>✓</Select.ItemIndicator>
                  </Select.Item>
                ))}
              </Select.List>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
    </CSPProvider>
  )
}
