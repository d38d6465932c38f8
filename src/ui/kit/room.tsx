import { useId } from 'react'
import type { ReactNode } from 'react'

interface RoomFrameProps {
  title: string
  /** One sentence under the title. */
  lead?: ReactNode
  /** Beside the title: what can be done in this room as a whole. */
  actions?: ReactNode
  className?: string
  children: ReactNode
}

/** A room's landmark: a region named by its heading. */
export function RoomFrame({ title, lead, actions, className = '', children }: RoomFrameProps) {
  const id = useId()
  return (
    <section className={`room ${className}`} aria-labelledby={id}>
      <header className="room-head">
        <div>
          <h1 id={id}>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
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
    <div className="part">
      <div className="part-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </div>
  )
}
