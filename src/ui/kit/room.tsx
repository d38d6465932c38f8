import { useId } from 'react'
import type { ReactNode } from 'react'
import styles from './room.module.css'

interface RoomFrameProps {
  title: string
  /** One sentence under the title. */
  lead?: ReactNode
  /** Beside the title: what can be done in this room as a whole. */
  actions?: ReactNode
  children: ReactNode
}

/** A room's landmark: a region named by its heading. */
export function RoomFrame({ title, lead, actions, children }: RoomFrameProps) {
  const id = useId()
  return (
    <section className={styles.room} aria-labelledby={id}>
      <header className={styles.roomHead}>
        <div>
          <h1 id={id}>{title}</h1>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </section>
  )
}

/** A part of a room, with a hairline above it. */
export function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.part}>
      <div className={styles.partHead}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </div>
  )
}
