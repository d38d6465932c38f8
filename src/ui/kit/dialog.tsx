import { Dialog } from '@base-ui/react/dialog'
import type { ReactElement, ReactNode } from 'react'
import styles from './dialog.module.css'

interface DialogFrameProps {
  label: string
  className?: string
  onClose: () => void
  children: ReactNode
}

/** A dialogue over the page, open as long as it is drawn; it keeps the focus and gives it back. */
export function DialogFrame({ label, className = '', onClose, children }: DialogFrameProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={`${styles.dialog} ${className}`} aria-label={label}>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Whatever it draws closes the dialogue around it. */
export const DialogClose = ({ render }: { render: ReactElement }) => <Dialog.Close render={render} />
