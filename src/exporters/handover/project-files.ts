import oneGpu from './project/accelerate/one-gpu.yaml?raw'
import oneNode from './project/accelerate/one-node.yaml?raw'
import severalNodes from './project/accelerate/several-nodes-fsdp2.yaml?raw'
import checkpoint from './project/checkpoint.py?raw'
import readme from './project/README.md?raw'
import requirements from './project/requirements.txt?raw'
import slurm from './project/train.slurm?raw'
import train from './project/train.py?raw'

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
export function projectFiles({ name, model, step, steps, rows, window }: ProjectFacts): Record<string, string> {
  const words: Record<string, string | number> = {
    NAME: name,
    MODEL: name,
    MODEL_PATH: model,
    STEP: step,
    STEPS: steps,
    ROWS: rows,
    WINDOW: window,
  }
  return {
    'README.md': readme.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => String(words[word])),
    'requirements.txt': requirements,
    'train.py': train,
    'checkpoint.py': checkpoint,
    'train.slurm': slurm,
    'accelerate/one-gpu.yaml': oneGpu,
    'accelerate/one-node.yaml': oneNode,
    'accelerate/several-nodes-fsdp2.yaml': severalNodes,
  }
}
