import { expect, it } from 'vitest'
import { modelFingerprint } from '../../src/model/opening/fingerprint'
import { openModelFolder } from '../../src/model/opening/open-model'
import { tinyFolder } from '../helpers/tiny-folder'

it('knows a model again under another name, and tells it from one with one kind of weights changed', async () => {
  const folder = await tinyFolder()
  const print = async (from = folder) => modelFingerprint(await openModelFolder(from))
  const want = await print()
  const copy = await tinyFolder()
  Object.assign(copy, { name: 'elsewhere' })
  expect(await print(copy)).toBe(want)

  expect(await print(await tinyFolder({}, 'F32'))).not.toBe(want)

  const path = 'model.safetensors'
  const original = copy.files.get(path)!
  const start = 8 + Number(new DataView(original.buffer, original.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(original.subarray(8, start))) as Record<
    string,
    { data_offsets: [number, number] }
  >
  for (const kind of ['embed_tokens', 'v_proj', 'o_proj', 'down_proj', 'post_attention_layernorm']) {
    // As a fine-tune that changed this kind alone, in every layer.
    const bytes = original.slice()
    for (const [name, { data_offsets }] of Object.entries(header))
      if (name.includes(kind)) bytes[start + data_offsets[0]] ^= 1
    copy.files.set(path, bytes)
    expect(await print(copy), kind).not.toBe(want)
  }
})
