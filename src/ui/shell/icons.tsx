import type { Room } from '../../state/router'
import styles from './shell.module.css'

/** Line drawings on a 20 px square, one per room. */
const paths: Record<Room, string> = {
  model: 'M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.5 16.5 6M10 9.5v8',
  data: 'M4 4h12M4 8h12M4 12h8M4 16h5',
  train: 'M3 4v12h14M5.5 7c2.5 6 6 7 10.5 7',
  try: 'M3.5 4.5h13v9h-7l-3.5 3v-3h-2.5z',
  score: 'M3 16.5h14M5 13.5v-3M10 13.5V4M15 13.5V7.5',
  export: 'M10 3v9M6.5 8.5 10 12l3.5-3.5M3.5 14v2.5h13V14',
  runs: 'M10 3a7 7 0 1 1-6.6 4.7M3 3.5v4.3h4.3M10 6.5V10l2.5 2',
}

export function RoomIcon({ room }: { room: Room }) {
  return (
    <svg className={styles.icon} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[room]} />
    </svg>
  )
}
