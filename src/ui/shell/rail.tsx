import { useStore } from '../read-store'
import { ROOMS } from '../../state/router'
import { useStudio, useWords } from '../studio-context'
import { RoomIcon } from './icons'
import { useRoomStates } from './room-states'
import { Preferences } from './preferences'

/** The rooms in the order of the work, each with its state in a few words. A bar at the bottom on a phone. */
export function Rail() {
  const { router } = useStudio()
  const { t } = useWords()
  const room = useStore(router.store, (state) => state.room)
  const states = useRoomStates()
  return (
    <div className="rail">
      <p className="brand">TuneTab</p>
      <nav aria-label={t('rail.label')}>
        <ol>
          {ROOMS.map((name) => (
            <li key={name} className={name === 'runs' ? 'rail-apart' : undefined}>
              <a href={`#/${name}`} aria-current={name === room ? 'page' : undefined}>
                <RoomIcon room={name} />
                <span className="rail-name">{t(`room.${name}`)}</span>
                <span className="rail-state" data-tone={states[name].tone}>
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
