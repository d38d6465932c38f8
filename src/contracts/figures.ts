export interface StepResult {
  /** Sum of cross-entropy over the window / numItems. */
  loss: number
  /** Global L2 norm of the gradient before clipping. */
  gradNorm: number
  /**
   * Fraction of trained tokens whose arg max is the label: the mean over the micro batches of each one's own, as trl
   * has it.
   */
  meanTokenAccuracy: number
  /**
   * Entropy of the predictions in nats, over the trained tokens: the mean over the micro batches of each one's own, as
   * trl has it.
   */
  entropy: number
}
