import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 as nodeCrc32 } from 'node:zlib'
import { unzipSync } from 'fflate'
import { describe, expect, it, vi } from 'vitest'
import { crc32, zipDirectory, zipHeader } from '../../src/formats/zip'
import { zipBlobs } from '../../src/ui/zip-blobs'

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 97) ^ (i >> 5))

describe('zip', () => {
  it('has the checksum that everybody has, in one piece or many', () => {
    const data = bytes(3001)
    // The check value that catalogues of checksums give.
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    if (typeof nodeCrc32 === 'function') expect(crc32(data)).toBe(nodeCrc32(data))
    expect(crc32(data.subarray(1000), crc32(data.subarray(0, 1000)))).toBe(crc32(data))
    expect(crc32(new Uint8Array())).toBe(0)
  })

  it('joins blobs that another reader takes apart again', async () => {
    const files = [
      { path: 'adapter_config.json', blob: new Blob(['{}']) },
      { path: '子/模型.bin', blob: new Blob([bytes(2_500_000), bytes(3)]) },
      { path: 'empty', blob: new Blob([]) },
    ]
    const zip = new Uint8Array(await (await zipBlobs(files)).arrayBuffer())
    const found = unzipSync(zip)
    expect(Object.keys(found)).toEqual(files.map(({ path }) => path))
    // Element by element, as toEqual goes, megabytes take half a minute.
    for (const { path, blob } of files)
      expect(Buffer.compare(found[path], Buffer.from(await blob.arrayBuffer())), path).toBe(0)
    // Blobs of some browsers cannot be read into given memory.
    const plain = files.map(({ path, blob }) => ({
      path,
      blob: Object.assign(blob, { stream: () => new ReadableStream() }),
    }))
    expect(Buffer.compare(zip, Buffer.from(await (await zipBlobs(plain)).arrayBuffer()))).toBe(0)
  })

  it('goes on by slices where a stream falls silent', async () => {
    vi.useFakeTimers()
    try {
      const data = bytes(2_500_000)
      const first = data.subarray(0, 1_000_000)
      const silent = () =>
        new ReadableStream({
          type: 'bytes',
          start: (to) => to.enqueue(first.slice()),
          pull: () => new Promise(() => {}),
        })
      const zipped = zipBlobs([{ path: 'model.bin', blob: Object.assign(new Blob([data]), { stream: silent }) }])
      await vi.advanceTimersByTimeAsync(60_000)
      const found = unzipSync(new Uint8Array(await (await zipped).arrayBuffer()))
      expect(Buffer.compare(found['model.bin'], data)).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('holds more than 4 GiB, as Python reads it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tunetab-zip-'))
    const path = join(folder, 'large.zip')
    // The large one stays a hole in the file.
    const large = { path: 'model.safetensors', size: 5 * 2 ** 30 + 7, crc32: 0 }
    const text = new TextEncoder().encode('{"a": 1}')
    const small = { path: 'config.json', size: text.length, crc32: crc32(text) }
    try {
      const file = await open(path, 'w')
      await file.write(zipHeader(large), 0, undefined, 0)
      let at = zipHeader(large).length + large.size
      for (const part of [zipHeader(small), text, zipDirectory([large, small])]) {
        await file.write(part, 0, part.length, at)
        at += part.length
      }
      await file.close()
      const code =
        'import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(json.dumps([[i.filename, i.file_size] for i in z.infolist()] + [z.read("config.json").decode()]))'
      expect(JSON.parse(execFileSync('python3', ['-c', code, path], { encoding: 'utf8' }))).toEqual([
        ['model.safetensors', large.size],
        ['config.json', text.length],
        '{"a": 1}',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
