import type { LanguageModel } from '../model/language-model'

/** Work that puts adapters of its own on the model; afterwards the one that was there is there again, or none. */
export async function borrowAdapter<T>(model: LanguageModel, work: () => Promise<T>): Promise<T> {
  const { lora } = model
  const pairs = lora && (await model.readLora())
  try {
    return await work()
  } finally {
    if (lora && pairs) await model.attachLora(lora, { kind: 'pairs', pairs })
    else model.detachLora()
  }
}
