import type { ChatTokenizer } from '../../data/index'
import type { OpenedModel } from '../../model/opening/open-model'
import type { LanguageModel } from '../../model/language-model'
import { exportOffers } from '../../exporters/index'
import type { ModelCard, ModelSource } from '../api/types'

export function modelCard(
  source: ModelSource,
  opened: OpenedModel,
  tokenizer: ChatTokenizer,
  model: LanguageModel,
  loadSeconds: number,
): ModelCard {
  const { config } = opened
  return {
    id: source.kind === 'hub' ? source.id : source.kind === 'builtin' ? 'builtin' : opened.name,
    name: source.kind === 'hub' ? source.id.split('/').at(-1)! : opened.name,
    source: source.kind,
    family: config.family,
    parameters: opened.parameters,
    layers: config.layers,
    hiddenSize: config.hiddenSize,
    heads: config.heads,
    kvHeads: config.kvHeads,
    headDim: config.headDim,
    vocabSize: config.vocabSize,
    contextLength: config.maxPositionEmbeddings,
    tiedHead: config.tieWordEmbeddings,
    license: opened.license,
    nf4Bytes: model.nf4Bytes,
    gpuBytes: model.gpuBytes,
    loadSeconds,
    supportsTools: tokenizer.templateFor([])?.supportsTools ?? false,
    defaultSystem: tokenizer.template?.defaultSystem() ?? '',
    exports: exportOffers({ opened, tokenizer }),
  }
}
