import type { Fields } from './fields'
import { isPresent } from './fields'
import { flagOf } from './turns'

/** Why a whole row is read but not trained: somebody has marked it so. */
export type SkipReason = 'row-rejected' | 'row-untrained'

/** Marks of a row as other trainers know them; with other values than these two they are figures of another kind. */
const FLAGS = ['train', 'training', 'trainable', 'loss', 'loss_mask', 'weight', 'loss_weight']
/** trl's KTO; LLaMA-Factory's. */
const LABELS = ['label', 'kto_tag']

/** Whether a row is marked as not to be learnt: an unwanted completion (KTO), or a flag of the row that is off. */
export function skipReason(fields: Fields): SkipReason | null {
  for (const name of LABELS) {
    const wanted = truth(fields.get(name))
    const isOurs = name !== 'label' || fields.has('completion')
    if (wanted === null || !isOurs) continue
    fields.use(name, 'label')
    if (!wanted) return 'row-rejected'
  }
  for (const name of FLAGS) {
    const value = fields.get(name)
    if (!isPresent(value) || Array.isArray(value)) continue
    const flag = flagOf(value)
    if (flag !== 0 && flag !== 1) continue
    fields.use(name, 'flag')
    if (flag === 0) return 'row-untrained'
  }
  return null
}

/** True and false, also as the text that tables keep of them; a number is a class or a score. */
function truth(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return null
  return { true: true, false: false }[value.trim().toLowerCase()] ?? null
}
