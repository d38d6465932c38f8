import { expect, it } from 'vitest'
import { modelFingerprint } from '../../src/model/opening/fingerprint'
import { openModelFolder } from '../../src/model/opening/open-model'
import { tinyFolder } from '../helpers/tiny-folder'

it('knows a model again under another name, and tells it from one with any tensor changed', async () => {
  // Wide enough that some tensors are looked into in places only.
  const wide = { intermediate_size: 280 }
  const folder = await tinyFolder(wide)
  const print = async (from = folder) => modelFingerprint(await openModelFolder(from))
  const want = await print()
  const copy = await tinyFolder(wide)
  Object.assign(copy, { name: 'elsewhere' })
  expect(await print(copy)).toBe(want)

  expect(await print(await tinyFolder(wide, 'F32'))).not.toBe(want)

  const path = 'model.safetensors'
  const original = copy.files.get(path)!
  const start = 8 + Number(new DataView(original.buffer, original.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(original.subarray(8, start))) as Record<
    string,
    { data_offsets: [number, number] }
  >
  for (const [name, { data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue
    // As a fine-tune that changed this tensor alone: in its first bytes, or in its last.
    for (const at of [data_offsets[0], data_offsets[1] - 1]) {
      const bytes = original.slice()
      bytes[start + at] ^= 1
      copy.files.set(path, bytes)
      expect(await print(copy), `${name} at ${at}`).not.toBe(want)
    }
  }
})

it('of an earlier version is made as that version made it', async () => {
  const opened = await openModelFolder(await tinyFolder())
  const earlier = await modelFingerprint(opened, '27-1234abcd')
  expect(earlier).toBe('26-df37e67e')
  expect(await modelFingerprint(opened, earlier)).toBe(earlier)
  const now = await modelFingerprint(opened)
  expect(await modelFingerprint(opened, now)).toBe(now)
})
