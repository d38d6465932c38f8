import type { AnswerLines } from './answers'

/** One line of the memory plan; the sum is what will be allocated. */
export interface MemoryItem {
  /**
   * Stable key for translation: 'base', 'head', 'adapter', 'gradients', 'optimizer', 'activations', 'checkpoints',
   * 'scratch', 'inputs', 'answers'.
   */
  kind: string
  bytes: number
  /** Of 'answers' */
  answers?: AnswerLines
}
