import type { ByteSource } from '../../contracts/bytes'
import type { DataOptions, DataSummary } from '../../contracts/data'
import type { ProgressListener } from '../../contracts/progress'
import type { Dataset } from '../../data/index'
import { isChosen } from '../../data/mapping'
import { fail } from '../../errors/index'

/** Reads a source with the tokenizer of the model that is loaded. */
export type Tokenize = (
  source: ByteSource,
  options: DataOptions,
  on?: ProgressListener,
  signal?: AbortSignal,
) => Promise<Dataset>

interface Opened {
  source: ByteSource
  options: DataOptions
  /** null: its ids went with the model that they were made for. */
  data: Dataset | null
}

/** The data set of an engine, and the second file that runs are judged by. */
export class EngineData {
  private readonly tokenize: Tokenize
  private first: Opened | null = null
  private second: Opened | null = null

  constructor(tokenize: Tokenize) {
    this.tokenize = tokenize
  }

  async load(source: ByteSource, options: DataOptions, on?: ProgressListener, signal?: AbortSignal) {
    const data = await this.tokenize(source, options, on, signal)
    this.first = { source, options, data }
    // A new model has its own ids.
    if (this.second && !this.second.data) this.second.data = await this.tokenize(this.second.source, options)
    return data.facts
  }

  async remap(options: DataOptions, on?: ProgressListener) {
    if (!this.first) throw fail('engine-no-data', {})
    const data = await this.tokenize(this.first.source, options, on)
    this.first = { ...this.first, options, data }
    if (this.second) this.second.data = await this.tokenize(this.second.source, options, on)
    return data.facts
  }

  async loadSecond(
    source: ByteSource | null,
    options: DataOptions,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<DataSummary | null> {
    const data = source && (await this.tokenize(source, options, on, signal))
    if (data && this.first?.data) sameFormat(this.first.data.facts, data.facts)
    this.second = source && { source, options, data }
    return data?.facts ?? null
  }

  need(): Dataset {
    if (!this.first?.data) throw fail('engine-no-data', {})
    return this.first.data
  }

  /** The data set with what it was made of, and whether a person said what its columns are. */
  needSource(): Dataset & { source: ByteSource; isChosen: boolean } {
    const data = this.need()
    const { source, options } = this.first!
    return { ...data, source, isChosen: isChosen(options.mapping) }
  }

  /** Rows of the data set and of a second file, which another set may have come in front of since it was opened. */
  runRows() {
    const { rows, facts } = this.need()
    const second = this.second?.data
    if (second) sameFormat(facts, second.facts)
    return { rows, second: second?.rows ?? null }
  }

  /** Ids belong to the old model's tokenizer; the files themselves are kept for `remap` and `load`. */
  dropIds(): void {
    if (this.first) this.first.data = null
    if (this.second) this.second.data = null
  }
}

/** Losses of rows of another kind would say nothing of the run. */
function sameFormat(train: DataSummary, held: DataSummary): void {
  const [first, second] = [train.mapping.format, held.mapping.format]
  if (first === second) return
  throw fail('eval-other-format', { data: train.name, format: first, eval_data: held.name, eval_format: second })
}
