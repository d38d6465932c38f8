/** What is measured at every step, one entry a figure. `LogRow`, trainer_state.json, CSV, charts, table and the
 * terminal's line follow from the table; words for people stand in the languages under `figure.NAME`. */
export interface Figure {
  /** Who leaves it: the kernels, in the word of the trainer's `stats` that has the figure's name, or the loop. */
  from: 'kernels' | 'loop'
  /**
   * What trainer_state.json says of a logging interval: the last step's value, the mean of its steps, or the mean of
   * its micro batches. The kernels leave a figure of the last kind as a sum over the step's micro batches.
   */
  over: 'last' | 'steps' | 'micro batches'
  unit: FigureUnit
  /** Drawn while the run goes on, large or small; `log` where the scale can be logarithmic. */
  chart?: { size: 'large' | 'small'; log: boolean }
  /** What the terminal's line calls it; it stands there where it has a name. */
  terminal?: string
}

export type FigureUnit = 'count' | 'epochs' | 'nats' | 'share' | 'norm' | 'rate'

/** By the names of transformers and trl, in the order of columns. */
export const FIGURES = {
  step: { from: 'loop', over: 'last', unit: 'count' },
  /** Passes over the data done so far, as a fraction. */
  epoch: { from: 'loop', over: 'last', unit: 'epochs' },
  /** Sum of cross-entropy over the step / its trained tokens. */
  loss: {
    from: 'kernels',
    over: 'steps',
    unit: 'nats',
    chart: { size: 'large', log: true },
    terminal: 'loss',
  },
  /** Global L2 norm of the gradient before clipping. */
  grad_norm: {
    from: 'kernels',
    over: 'last',
    unit: 'norm',
    chart: { size: 'small', log: true },
    terminal: 'grad_norm',
  },
  learning_rate: {
    from: 'loop',
    over: 'last',
    unit: 'rate',
    chart: { size: 'small', log: false },
    terminal: 'lr',
  },
  /** Tokens fed so far, padding left out. */
  num_tokens: { from: 'loop', over: 'last', unit: 'count' },
  /** Trained tokens of the step, by which its loss is divided; Trainer's own argument of that name, which it keeps. */
  num_items_in_batch: { from: 'loop', over: 'steps', unit: 'count' },
  /** Share of trained tokens whose arg max is the label: the mean of the micro batches' own, as trl has it. */
  mean_token_accuracy: { from: 'kernels', over: 'micro batches', unit: 'share' },
  /** Entropy of the predictions at trained tokens: the mean of the micro batches' own, as trl has it. */
  entropy: { from: 'kernels', over: 'micro batches', unit: 'nats' },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES
type Left<By extends Figure['from']> = {
  [N in FigureName]: (typeof FIGURES)[N]['from'] extends By ? N : never
}[FigureName]
export type KernelFigure = Left<'kernels'>
export type LoopFigure = Left<'loop'>

export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[]
export const KERNEL_FIGURES = FIGURE_NAMES.filter((name): name is KernelFigure => FIGURES[name].from === 'kernels')

/** What a step of the trainer leaves. */
export type StepResult = Record<KernelFigure, number>

/**
 * One step's figures. The first are in every row that was ever kept; rows of earlier versions may lack the others.
 */
export type LogRow = Record<'step' | 'epoch' | 'loss' | 'grad_norm' | 'learning_rate' | 'num_tokens', number> &
  Partial<Record<FigureName, number>>

/** How fast a run goes, told with every step and kept in no file. */
export interface Pace {
  tokensPerSecond: number
  etaSeconds: number
  stepSeconds: number
  /** Of model and trainer together. */
  gpuBytes: number
}
