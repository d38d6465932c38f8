import { describe, expect, it } from 'vitest'
import { damagedFile, readManifest, withManifest } from '../../src/formats/manifest'
import { subFolder } from '../../src/formats/folders'
import { finishDrafts, removeWhole, writeWhole } from '../../src/formats/whole-folder'
import { MemoryPlace } from '../helpers/memory-place'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (place: MemoryPlace, path: string) => new TextDecoder().decode(place.files.get(path))

/** Files of one version, each written in two pieces. */
function write(place: MemoryPlace, version: string, names: string[], name = 'adapter') {
  return writeWhole(place, name, (out) =>
    withManifest(out, { version }, async (folder) => {
      for (const path of names) {
        const sink = await folder.create(path)
        await sink.write(bytes(`${version} `))
        await sink.write(bytes(path))
        await sink.close()
      }
    }),
  )
}

/** Which version a folder is, every byte of it checked; null where it is none. */
async function versionOf(place: MemoryPlace, name = 'adapter'): Promise<string | null> {
  const folder = name ? subFolder(place, name) : place
  const manifest = await readManifest(folder)
  if (!manifest || manifest === 'damaged' || (await damagedFile(folder, manifest))) return null
  return manifest.about.version as string
}

describe('a folder that is written as a whole', () => {
  it('replaces what it wrote before and leaves what it did not', async () => {
    const place = new MemoryPlace('out', [['adapter/notes.txt', bytes('mine')]])
    await write(place, 'old', ['config', 'shard-1', 'shard-2'])
    await write(place, 'new', ['config', 'weights'])
    expect([...place.files.keys()].sort()).toEqual([
      'adapter/config',
      'adapter/manifest.json',
      'adapter/notes.txt',
      'adapter/weights',
    ])
    expect(text(place, 'adapter/weights')).toBe('new weights')
    expect(await versionOf(place)).toBe('new')
    await removeWhole(place, 'adapter')
    expect([...place.files.keys()]).toEqual(['adapter/notes.txt'])
  })

  it.each([
    ['a kill', false],
    ['one failure', true],
  ])('is the old one or the new one after %s at any change, and says so while it is neither', async (_, once) => {
    // How many changes there are without a failure.
    const whole = await prepared(once)
    await write(whole, 'new', ['config', 'weights', 'state'])
    const changes = whole.changes
    expect(changes).toBeGreaterThan(12)
    const seen = new Set<string | null>()
    for (let n = 0; n < changes; n++) {
      const place = await prepared(once)
      place.breakAt = n
      const failed = await write(place, 'new', ['config', 'weights', 'state']).then(
        () => false,
        () => true,
      )
      expect(failed || once, `change ${n}`).toBe(true)
      const after = place.reopened()
      // Read as it was left: never a mixture that passes for one of them.
      seen.add(await versionOf(after))
      await finishDrafts(after)
      expect(['old', 'new'], `change ${n}`).toContain(await versionOf(after))
      expect(text(after, 'adapter/notes.txt')).toBe('mine')
      expect(await after.drafts()).toEqual([])
      // And the next write goes through.
      await write(after, 'third', ['config', 'weights'])
      expect(await versionOf(after)).toBe('third')
    }
    expect(seen).toContain('old')
    expect(seen).toContain('new')
  })

  async function prepared(once: boolean) {
    const place = new MemoryPlace('out', [['adapter/notes.txt', bytes('mine')]])
    await write(place, 'old', ['config', 'weights'])
    place.changes = 0
    place.once = once
    return place
  }

  it('knows a mixture over a folder that had no manifest', async () => {
    const place = new MemoryPlace('out', [
      ['adapter/config', bytes('older config')],
      ['adapter/weights', bytes('older weights')],
    ])
    for (let n = 0; ; n++) {
      const one = place.reopened()
      one.breakAt = n
      const failed = await write(one, 'new', ['config', 'weights']).then(
        () => false,
        () => true,
      )
      if (!failed) break
      const files = ['config', 'weights'].map((path) => text(one, `adapter/${path}`))
      const untouched = files.every((content) => content.startsWith('older'))
      if (!untouched && (await versionOf(one)) === null) expect(one.files.has('adapter/manifest.json')).toBe(true)
    }
  })

  it('may be the place itself', async () => {
    const place = new MemoryPlace('merged', [['model-00001-of-00002.safetensors', bytes('a stranger')]])
    await write(place, 'old', ['config', 'model'], '')
    await write(place, 'new', ['config', 'model-1', 'model-2'], '')
    expect(await versionOf(place, '')).toBe('new')
    expect([...place.files.keys()].sort()).toEqual([
      'config',
      'manifest.json',
      'model-00001-of-00002.safetensors',
      'model-1',
      'model-2',
    ])
  })
})

describe('a manifest', () => {
  it('names the file in which a single bit is another, and the one that is gone', async () => {
    const place = new MemoryPlace('out')
    await write(place, 'one', ['config', 'weights'])
    const folder = subFolder(place, 'adapter')
    for (const path of ['config', 'weights']) {
      const kept = place.files.get(`adapter/${path}`)!
      for (let bit = 0; bit < kept.length * 8; bit += 5) {
        const other = kept.slice()
        other[bit >> 3] ^= 1 << (bit & 7)
        place.files.set(`adapter/${path}`, other)
        expect(await damagedFile(folder, (await readManifest(folder))!)).toBe(path)
      }
      place.files.delete(`adapter/${path}`)
      expect(await damagedFile(folder, (await readManifest(folder))!)).toBe(path)
      expect(await damagedFile(folder, (await readManifest(folder))!, [])).toBeNull()
      place.files.set(`adapter/${path}`, kept)
    }
  })

  it.each(['', '{}', 'null', '{"version":1,"files":{"../../etc/passwd":{"bytes":1,"sha256":"00"}}}', '{"version":2}'])(
    'that is none (%s) is damage, not an exception',
    async (content) => {
      const place = new MemoryPlace('out', [['manifest.json', bytes(content)]])
      expect(await readManifest(place)).toBe('damaged')
      expect(await damagedFile(place, 'damaged')).toBe('manifest.json')
    },
  )
})
