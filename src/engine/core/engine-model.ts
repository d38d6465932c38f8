import type { FileFolder } from '../../contracts/bytes'
import type { AdapterCard } from '../../contracts/lora'
import type { ProgressListener } from '../../contracts/progress'
import type { ChatTokenizer } from '../../data/index'
import { fail } from '../../errors/index'
import type { Gpu } from '../../gpu/device'
import type { LanguageModel } from '../../model/language-model'
import type { OpenedModel } from '../../model/opening/open-model'
import { openModelFolder } from '../../model/opening/open-model'
import type { RunFile } from '../../run-file/run-file'
import type { ModelCard, ModelSource } from '../api/types'
import type { EngineDevice } from './engine-device'
import { adapterCard } from './load-adapter'
import { modelCard } from './model-card'
import { tokenizerOf } from './open-data'
import type { Platform } from './platform'

/** model/loading/load-model.ts's loadLanguageModel; handed in, so that the engine is tested without a GPU. */
export type ModelLoader = (
  gpu: Gpu,
  opened: OpenedModel,
  on: (progress: { tensor: string; bytesDone: number; bytesTotal: number }) => void,
  signal: AbortSignal | undefined,
  options: { loadIn4bit: boolean; doubleQuant: boolean },
) => Promise<LanguageModel>

export interface Loaded {
  opened: OpenedModel
  tokenizer: ChatTokenizer
  model: LanguageModel
  card: ModelCard
  quantization: RunFile['quantization']
}

/** The one model of an engine, with the card of the adapter that is on it. */
export class EngineModel {
  loaded: Loaded | null = null
  adapter: AdapterCard | null = null
  private readonly platform: Platform
  private readonly device: EngineDevice
  private readonly loadWeights: ModelLoader

  constructor(platform: Platform, device: EngineDevice, loadWeights: ModelLoader) {
    this.platform = platform
    this.device = device
    this.loadWeights = loadWeights
  }

  /** @param onDropped the model of before is gone, since both together may not fit */
  async load(
    source: ModelSource,
    quantization: RunFile['quantization'],
    onDropped: () => void,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<ModelCard> {
    const began = performance.now()
    on?.({ phase: 'list', done: 0, total: 0, unit: 'bytes' })
    const opened = await openModelFolder(await this.open(source, on, signal))
    const tokenizer = await tokenizerOf(opened)
    signal?.throwIfAborted()
    this.drop()
    onDropped()
    const { gpu } = await this.device.open()
    const options = { loadIn4bit: quantization.load_in_4bit, doubleQuant: quantization.bnb_4bit_use_double_quant }
    const model = await this.device.alive(this.loadWeights(gpu, opened, byteProgress(on), signal, options))
    const card = modelCard(source, opened, tokenizer, model, (performance.now() - began) / 1000)
    this.loaded = { opened, tokenizer, model, card, quantization }
    return card
  }

  /** Throws 'engine-no-model'. */
  need(): Loaded {
    if (!this.loaded) throw fail('engine-no-model', {})
    return this.loaded
  }

  /**
   * The model that such a run can train: its base was quantised when it was loaded, and a run that wants another base
   * needs another load. Throws 'engine-no-model' and 'engine-quantization-differs'.
   */
  needFor({ quantization: wanted }: RunFile): Loaded {
    const loaded = this.need()
    for (const field of ['load_in_4bit', 'bnb_4bit_use_double_quant'] as const) {
      const [is, should] = [loaded.quantization[field], wanted[field]].map(String)
      if (is !== should) throw fail('engine-quantization-differs', { field, loaded: is, wanted: should })
    }
    return loaded
  }

  drop(): void {
    this.loaded?.model.destroy()
    this.lost()
  }

  /** It is gone with the device that it lay on. */
  lost(): void {
    this.loaded = null
    this.adapter = null
  }

  /** The adapter's card as the model has it by now. */
  readAdapter(): void {
    this.adapter = this.loaded && adapterCard(this.loaded.model, this.loaded.card.id)
  }

  private async open(source: ModelSource, on?: ProgressListener, signal?: AbortSignal): Promise<FileFolder> {
    switch (source.kind) {
      case 'builtin':
        return this.platform.builtinModel()
      case 'files':
        return this.platform.folderOfFiles(source.name, source.files)
      case 'folder':
        return source.folder
      case 'hub':
        if (!this.platform.hub) throw fail('engine-no-hub', { id: source.id })
        return this.platform.hub(source, on, signal)
    }
  }
}

/** Bytes read so far, with the rate and the time left. */
function byteProgress(on?: ProgressListener) {
  const began = performance.now()
  return ({ tensor, bytesDone, bytesTotal }: { tensor: string; bytesDone: number; bytesTotal: number }) => {
    const perSecond = bytesDone / ((performance.now() - began) / 1000)
    const etaSeconds = perSecond > 0 ? (bytesTotal - bytesDone) / perSecond : undefined
    on?.({ phase: 'quantize', item: tensor, done: bytesDone, total: bytesTotal, unit: 'bytes', perSecond, etaSeconds })
  }
}
