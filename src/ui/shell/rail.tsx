import { useStore } from '../read-store'
import { ROOMS } from '../../state/router'
import { useStudio, useWords } from '../studio-context'
import { RoomIcon } from './icons'
import { useRoomStates } from './room-states'
import { Preferences } from './preferences'
import styles from './shell.module.css'

/** The rooms in the order of the work, each with its state in a few words. A bar at the bottom on a phone. */
export function Rail() {
  const { router } = useStudio()
  const { t } = useWords()
  const room = useStore(router.store, (state) => state.room)
  const states = useRoomStates()
  return (
    <div className={styles.rail}>
      <p className={styles.brand}>TuneTab</p>
      <nav aria-label={t('rail.label')}>
        <ol>
          {ROOMS.map((name) => (
            <li key={name} className={name === 'runs' ? styles.railApart : undefined}>
              <a href={`#/${name}`} aria-current={name === room ? 'page' : undefined}>
                <RoomIcon room={name} />
                <span className={styles.railName}>{t(`room.${name}`)}</span>
                <span className={styles.railState} data-tone={states[name].tone}>
                  {states[name].text}
                </span>
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <Preferences />
    </div>
  )
}
