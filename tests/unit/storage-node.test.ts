import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSource } from '../../src/storage/files-folder'
import { nodeFile, nodeFolder, writableNodeFolder } from '../../src/storage/node/node-folder'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'tunetab-node-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (path: string) => readFileSync(join(dir, path), 'utf8')

describe('a directory that is written into', () => {
  it('knows how much still fits, made or not', async () => {
    const free = await writableNodeFolder(dir).free!()
    expect(free).toBeGreaterThan(0)
    // Other work on the same disk may change it meanwhile.
    expect((await writableNodeFolder(join(dir, 'not/made')).free!())! / free!).toBeCloseTo(1, 1)
  })

  it('keeps what lay there until the new file is whole', async () => {
    writeFileSync(join(dir, 'weights'), 'the old ones')
    const source = await nodeFile(join(dir, 'weights'))
    const sink = await writableNodeFolder(dir).create('weights')
    await sink.write(bytes('new '))
    expect(text('weights')).toBe('the old ones')
    expect(new TextDecoder().decode(await source.read(4, 3))).toBe('old')
    expect(await nodeFolder(dir).list()).toEqual([{ path: 'weights', size: 12 }])
    await sink.write(bytes('ones'))
    await sink.close()
    expect(text('weights')).toBe('new ones')
    expect(readdirSync(dir)).toEqual(['weights'])
  })

  it('leaves nothing of a file that is given up, and the old one whole', async () => {
    writeFileSync(join(dir, 'weights'), 'old')
    const sink = await writableNodeFolder(dir).create('weights')
    await sink.write(bytes('new'))
    await sink.abort()
    expect(readdirSync(dir)).toEqual(['weights'])
    expect(text('weights')).toBe('old')
  })

  it('names the place that cannot be written', async () => {
    writeFileSync(join(dir, 'file'), '')
    await expect(writableNodeFolder(join(dir, 'file')).create('weights')).rejects.toMatchObject({
      code: 'file-not-writable',
      params: { path: join(dir, 'file/weights') },
    })
  })
})

describe('a directory that is read', () => {
  it('goes over links that lead nowhere', async () => {
    writeFileSync(join(dir, 'config.json'), '{}')
    symlinkSync(join(dir, 'gone'), join(dir, 'model.safetensors'))
    expect(await nodeFolder(dir).list()).toEqual([{ path: 'config.json', size: 2 }])
  })

  it('says when a file changes while it is read', async () => {
    const path = join(dir, 'weights')
    writeFileSync(path, '0123456789')
    const source = await nodeFile(path)
    truncateSync(path, 4)
    await expect(source.read(2, 5)).rejects.toMatchObject({ code: 'file-changed', params: { file: path } })
  })
})

it('a picked file that the browser refuses to read again was changed', async () => {
  const slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) })
  const file = { name: 'weights', size: 10, slice } as unknown as File
  await expect(fileSource(file).read(0, 4)).rejects.toMatchObject({ code: 'file-changed', params: { file: 'weights' } })
})
