import type { ByteSource } from '../../contracts/bytes'
import type { DataOptions } from '../../contracts/data'
import type { ProgressListener } from '../../contracts/progress'
import type { Dataset } from '../../data/index'
import type { DataSource } from '../api/types'
import type { EngineModel } from './engine-model'
import { openData } from './open-data'
import type { Platform } from './platform'

/** Data files wherever they lie, as the rows that the model of an engine makes of them. */
export class DataReader {
  private readonly platform: Platform
  private readonly model: EngineModel

  constructor(platform: Platform, model: EngineModel) {
    this.platform = platform
    this.model = model
  }

  open(source: DataSource): Promise<ByteSource> {
    switch (source.kind) {
      case 'file':
        return Promise.resolve(this.platform.sourceOfFile(source.file))
      case 'bytes':
        return Promise.resolve(source.source)
      case 'sample':
        return this.platform.sample(source.name)
    }
  }

  /** Runs beside other work, which it does not touch. Ids of a model that was replaced meanwhile are worth nothing. */
  async tokenize(
    source: ByteSource,
    options: DataOptions,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<Dataset> {
    const loaded = this.model.need()
    const data = await openData(source, loaded.tokenizer, loaded.opened.config, options, on, signal)
    if (this.model.loaded !== loaded) throw new DOMException('another model was loaded meanwhile', 'AbortError')
    return data
  }

  async rows(from: DataSource, options: DataOptions, signal?: AbortSignal): Promise<Dataset['rows']> {
    return (await this.tokenize(await this.open(from), options, undefined, signal)).rows
  }
}
