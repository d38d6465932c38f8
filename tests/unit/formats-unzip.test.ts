import { zipSync, type Zippable } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { TuneError } from '../../src/errors'
import { bytesSource } from '../../src/formats/memory-folder'
import { openZip } from '../../src/formats/unzip'
import { zipBlobs } from '../../src/ui/zip-blobs'

const text = (value: string) => new TextEncoder().encode(value)
const open = (bytes: Uint8Array) => openZip(bytesSource('mine.zip', bytes))
const packed = (files: Zippable) => zipSync(files, { level: 6 })

async function contents(bytes: Uint8Array, path: string): Promise<Uint8Array | null> {
  const source = await (await open(bytes)).open(path)
  return source && source.read(0, source.size)
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: TuneError) => error.code,
  )

/** Where a signature stands last. */
function last(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = bytes.length - 4; at >= 0; at--) if (view.getUint32(at, true) === signature) return at
  throw new Error('not found')
}

describe('a zip that somebody brings', () => {
  const long = text('0123456789'.repeat(300_000))

  it('gives its files, packed or stored, and no folders', async () => {
    const bytes = packed({
      'a/b.txt': text('hello'),
      'long.bin': long,
      empty: new Uint8Array(),
      'a/': new Uint8Array(),
    })
    const folder = await open(bytes)
    expect(await folder.list()).toEqual([
      { path: 'a/b.txt', size: 5 },
      { path: 'long.bin', size: long.length },
      { path: 'empty', size: 0 },
    ])
    expect(await contents(bytes, 'a/b.txt')).toEqual(text('hello'))
    expect(Buffer.compare((await contents(bytes, 'long.bin'))!, long)).toBe(0)
    expect(await contents(bytes, 'empty')).toHaveLength(0)
    expect(await contents(bytes, 'none')).toBeNull()
    const own = new Uint8Array(await (await zipBlobs([{ path: '\u8bcd.txt', blob: new Blob(['x']) }])).arrayBuffer())
    expect(await contents(own, '\u8bcd.txt')).toEqual(text('x'))
  })

  it('is refused wherever it is cut off', async () => {
    const bytes = packed({ a: text('hello'), b: long })
    for (let length = 0; length < bytes.length; length += Math.max(1, Math.floor(bytes.length / 97)))
      expect(await codeOf(open(bytes.slice(0, length))), `${length}`).toBe('intake-zip-broken')
  })

  it('has every flipped bit of a file noticed', async () => {
    const words = text('some words that can be packed, some words that can be packed')
    const bytes = packed({ 'a.txt': words })
    let unharmed = 0
    const start = 30 + 'a.txt'.length
    const end = last(bytes, 0x02014b50)
    for (let at = start; at < end; at++) {
      const spoilt = bytes.slice()
      spoilt[at] ^= 1 << (at % 8)
      // Some bits mean nothing: those that fill the last byte.
      const same = await contents(spoilt, 'a.txt').then(
        (found) => Buffer.compare(found!, words) === 0,
        () => false,
      )
      if (!same) expect(await codeOf(contents(spoilt, 'a.txt')), `byte ${at}`).toBe('zip-entry-broken')
      else unharmed++
    }
    expect(unharmed).toBeLessThan(3)
  })

  it('unpacks no more than it announces, and nothing that nobody asks for', async () => {
    const bomb = packed({ bomb: new Uint8Array(64 << 20), small: text('x') })
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.length)
    const at = bomb.findIndex((_, i) => i + 4 <= bomb.length && view.getUint32(i, true) === 0x02014b50)
    view.setUint32(at + 24, 1000, true)
    expect(await contents(bomb, 'small')).toEqual(text('x'))
    await expect(contents(bomb, 'bomb')).rejects.toThrow('more than 1000 bytes')
    view.setUint32(at + 24, 0xfffffff0, true)
    expect(await codeOf(contents(bomb, 'bomb'))).toBe('zip-entry-large')
  })

  it('says what it cannot read', async () => {
    const change = async (offset: number, value: number) => {
      const bytes = packed({ a: text('hello') })
      new DataView(bytes.buffer).setUint16(last(bytes, 0x02014b50) + offset, value, true)
      return codeOf(contents(bytes, 'a'))
    }
    expect(await change(8, 1)).toBe('zip-entry-broken')
    expect(await change(10, 93)).toBe('zip-entry-broken')
    expect(await change(44, 0x7fff)).toBe('zip-entry-broken')
    expect(await change(28, 0x7fff)).toBe('intake-zip-broken')
  })
})
