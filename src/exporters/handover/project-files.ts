import oneGpu from './project/accelerate/one-gpu.yaml?raw'
import oneNode from './project/accelerate/one-node.yaml?raw'
import severalNodes from './project/accelerate/several-nodes-fsdp2.yaml?raw'
import checkpoint from './project/checkpoint.py?raw'
import requirements from './project/requirements.txt?raw'
import slurm from './project/train.slurm?raw'
import train from './project/train.py?raw'
import type { CardWords } from '../../contracts/exports'
import { cardSayer } from '../cards/words'

export interface ProjectFacts {
  name: string
  model: string
  step: number
  steps: number
  rows: number
  /** Rows of a step. */
  window: number
}

/** The files of the project that say the same for every run, and its README. */
export function projectFiles(
  { name, model: path, step, steps, rows, window }: ProjectFacts,
  words?: CardWords,
): Record<string, string> {
  return {
    'README.md': cardSayer(words)('card.handover', { name, path, step, steps, rows, window }),
    'requirements.txt': requirements,
    'train.py': train,
    'checkpoint.py': checkpoint,
    'train.slurm': slurm,
    'accelerate/one-gpu.yaml': oneGpu,
    'accelerate/one-node.yaml': oneNode,
    'accelerate/several-nodes-fsdp2.yaml': severalNodes,
  }
}
