import { Random } from './random'
import { met, newTally, note, type Tally } from './tally'
import { targets } from './targets'

/** Changed inputs of every kind, `count` in all, their seeds from `first` on. */
export async function attackInputs(count: number, first = 1): Promise<Tally[]> {
  const all = await targets()
  const tallies: Tally[] = []
  for (const { kind, attack } of all) {
    const tally = newTally(kind)
    const share = Math.ceil(count / all.length)
    for (let seed = first; seed < first + share; seed++) {
      note(tally, `seed ${seed}`, await met(() => attack(new Random(seed))))
    }
    tallies.push(tally)
  }
  return tallies
}
