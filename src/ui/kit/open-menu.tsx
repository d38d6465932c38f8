import { Menu } from '@base-ui/react/menu'
import type { RefObject } from 'react'
import styles from './menu.module.css'

export interface MenuItem {
  label: string
  perform: () => void
}

interface OpenMenuProps {
  anchor: RefObject<HTMLButtonElement | null>
  label: string
  items: readonly MenuItem[]
  onClose: () => void
}

/** The list of an open menu: arrows, first letters and Escape as a menu has them, placed where there is room. */
export default function OpenMenu({ anchor, label, items, onClose }: OpenMenuProps) {
  return (
    <Menu.Root open onOpenChange={(open) => !open && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} align="end" sideOffset={4} collisionPadding={8} className={styles.positioner}>
          <Menu.Popup className={styles.list} aria-label={label} finalFocus={anchor}>
            {items.map((item) => (
              <Menu.Item key={item.label} className={styles.item} onClick={item.perform}>
                {item.label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
