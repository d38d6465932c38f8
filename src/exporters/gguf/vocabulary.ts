import { asBuiltByClass } from '../../data/index'
import type { VocabularySource } from '../../formats/gguf/vocabulary'
import type { ExportSource } from '../exporter'

type Json = Record<string, any>

/** The tokenizer as it was used here, for a GGUF file. */
export function vocabularyOf({ opened, tokenizer }: Pick<ExportSource, 'opened' | 'tokenizer'>): VocabularySource {
  const { config, files } = opened
  const settings = JSON.parse(files['tokenizer_config.json'] ?? '{}') as Json
  const json = asBuiltByClass(JSON.parse(files['tokenizer.json']) as Json, settings, config.tokenizerClass) as Json
  const idOf = (name: string): number | null => {
    const text: unknown = settings[name]?.content ?? settings[name]
    const added = (json.added_tokens as { id: number; content: string }[] | undefined)?.find(
      ({ content }) => content === text,
    )
    return typeof text === 'string' ? (added?.id ?? json.model?.vocab?.[text] ?? null) : null
  }
  return {
    json,
    vocabSize: config.vocabSize,
    bosId: idOf('bos_token') ?? config.bosTokenId,
    eosId: tokenizer.eosId,
    padId: idOf('pad_token') ?? config.padTokenId,
    stopIds: tokenizer.stopIds,
    chatTemplate: opened.chatTemplate,
  }
}
