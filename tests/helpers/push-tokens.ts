import type { Decoder } from '../../src/model/answering/decoder'

/** Line 0 goes on with these tokens; the logits [V] after the last. One token goes as a step, as answers do. */
export async function pushTokens(decoder: Decoder, ids: Int32Array): Promise<Float32Array> {
  if (ids.length > 1) {
    await (await decoder.prompt(0, ids)).read()
    return decoder.logits(0, 'prompt')
  }
  await decoder.put(0, ids[0])
  await (await decoder.step()).read()
  return decoder.logits(0, 'step')
}
