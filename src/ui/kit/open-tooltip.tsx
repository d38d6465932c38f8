import { Tooltip } from '@base-ui/react/tooltip'
import type { RefObject } from 'react'
import styles from './term.module.css'

interface OpenTooltipProps {
  anchor: RefObject<HTMLElement | null>
  text: string
  onClose: () => void
}

/** An explanation beside what it explains, inside the window; Escape takes it away. */
export default function OpenTooltip({ anchor, text, onClose }: OpenTooltipProps) {
  return (
    <Tooltip.Root open onOpenChange={(open) => !open && onClose()}>
      <Tooltip.Portal>
        <Tooltip.Positioner
          anchor={anchor}
          side="bottom"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className={styles.positioner}
        >
          <Tooltip.Popup className={styles.help} role="tooltip">
            {text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
