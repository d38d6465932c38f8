import { expect, it } from 'vitest'
import { modelFingerprint } from '../../src/formats/model-fingerprint'
import { openModelFolder } from '../../src/formats/model-folder'
import { tinyFolder } from '../helpers/tiny-folder'

it('knows a model again under another name, and tells it from one with a single weight changed', async () => {
  const folder = await tinyFolder()
  const print = async (from = folder) => modelFingerprint(await openModelFolder(from))
  const want = await print()
  const copy = await tinyFolder()
  Object.assign(copy, { name: 'elsewhere' })
  expect(await print(copy)).toBe(want)

  const path = 'model.safetensors'
  const bytes = copy.files.get(path)!.slice()
  // The first weight of the first tensor: behind the header.
  const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
  bytes[start] ^= 1
  copy.files.set(path, bytes)
  expect(await print(copy)).not.toBe(want)
  expect(await print(await tinyFolder({}, 'F32'))).not.toBe(want)
})
