import oneGpu from './project/accelerate/one-gpu.yaml?raw'
import oneNode from './project/accelerate/one-node.yaml?raw'
import severalNodes from './project/accelerate/several-nodes-fsdp2.yaml?raw'
import checkpoint from './project/checkpoint.py?raw'
import columns from './project/preparing/columns.py?raw'
import fields from './project/preparing/fields.py?raw'
import mapping from './project/preparing/mapping.py?raw'
import masking from './project/preparing/masking.py?raw'
import order from './project/order.py?raw'
import preparer from './project/preparing/preparer.py?raw'
import prepare from './project/prepare.py?raw'
import reading from './project/preparing/reading.py?raw'
import turns from './project/preparing/turns.py?raw'
import requirements from './project/requirements.txt?raw'
import slurm from './project/train.slurm?raw'
import train from './project/train.py?raw'
import type { CardWords, HandoverData } from '../../contracts/exports'
import { cardSayer } from '../cards/words'

export interface ProjectFacts {
  name: string
  model: string
  step: number
  steps: number
  rows: number
  /** Rows of a step. */
  window: number
  along: HandoverData['along']
  /** What the rows are made of there. */
  from: string
}

/** The files of the project that say the same for every run, and its README. */
export function projectFiles(
  { name, model: path, step, steps, rows, window, along, from }: ProjectFacts,
  words?: CardWords,
): Record<string, string> {
  const say = cardSayer(words)
  const data = say(`card.handover.${along}`, { rows, from })
  return {
    'README.md': say('card.handover', { name, path, step, steps, window, data }),
    'requirements.txt': requirements,
    'train.py': train,
    'checkpoint.py': checkpoint,
    'order.py': order,
    'prepare.py': prepare,
    'preparing/preparer.py': preparer,
    'preparing/reading.py': reading,
    'preparing/columns.py': columns,
    'preparing/fields.py': fields,
    'preparing/mapping.py': mapping,
    'preparing/turns.py': turns,
    'preparing/masking.py': masking,
    'train.slurm': slurm,
    'accelerate/one-gpu.yaml': oneGpu,
    'accelerate/one-node.yaml': oneNode,
    'accelerate/several-nodes-fsdp2.yaml': severalNodes,
  }
}
