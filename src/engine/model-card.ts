import type { ChatTokenizer } from '../data'
import type { OpenedModel } from '../formats/model-folder'
import type { LanguageModel } from '../model/language-model'
import type { ModelCard, ModelSource } from './types'

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
    supportsTools: /\btools\b/.test(opened.chatTemplate),
    defaultSystem: defaultSystem(tokenizer),
  }
}

/** What the template says in the system's place when no system message is given, found by rendering both ways. */
export function defaultSystem(tokenizer: ChatTokenizer): string {
  const mark = 'SYSTEM-MARK'
  const user = { role: 'user', content: 'x' }
  try {
    const given = tokenizer.renderPrompt([{ role: 'system', content: mark }, user]).text
    const plain = tokenizer.renderPrompt([user]).text
    const at = given.indexOf(mark)
    const [before, after] = [given.slice(0, at), given.slice(at + mark.length)]
    const fits = at >= 0 && plain.startsWith(before) && plain.endsWith(after) && plain.length > before.length + after.length
    return fits ? plain.slice(before.length, plain.length - after.length) : ''
  } catch {
    // Some templates refuse a system message.
    return ''
  }
}
