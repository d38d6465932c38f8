import { parseModelConfig } from '../../src/architecture/config'
import { finishDrafts } from '../../src/formats/whole-folder'
import { readCheckpoint } from '../../src/train/checkpoint'
import { findCheckpoint } from '../../src/train/find-checkpoint'
import { MemoryPlace } from '../helpers/memory-place'
import { TINY_CONFIG } from '../helpers/tiny-folder'
import { newTally, note, type Tally } from './tally'
import { saveTinyCheckpoint } from './targets'

/**
 * A store that refuses a change: each of a checkpoint's in turn, alone (a disk that is full for a moment) and with all
 * that follow (a kill, a disk that stays full). It holds where the checkpoint of before, or the new one, is whole.
 */
export async function attackStores(): Promise<Tally> {
  const tally = newTally('stores that fail')
  for (const once of [true, false]) {
    for (let at = 0; ; at++) {
      const place = new MemoryPlace('run')
      await saveTinyCheckpoint(place, 1)
      place.changes = 0
      place.breakAt = at
      place.once = once
      const failed = await saveTinyCheckpoint(place, 2).then(
        () => false,
        () => true,
      )
      if (!failed && place.changes <= at) break
      note(tally, `${once ? 'change' : 'from change'} ${at}`, await wholeAfter(place, failed))
    }
  }
  return tally
}

async function wholeAfter(place: MemoryPlace, failed: boolean): Promise<string | null> {
  const again = place.reopened()
  try {
    await finishDrafts(again)
    const found = await findCheckpoint(again)
    await readCheckpoint(found, parseModelConfig(JSON.stringify(TINY_CONFIG)))
    if (found.facts.steps !== 2 && !failed) return `step ${found.facts.steps} after a write that succeeded`
    return null
  } catch (error) {
    return String(error)
  }
}
