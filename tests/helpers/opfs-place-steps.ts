import { subFolder } from '../../src/formats/folders'
import { damagedFile, readManifest, withManifest } from '../../src/formats/manifest'
import type { Place } from '../../src/formats/whole-folder'
import { finishDrafts, removeWhole, writeWhole } from '../../src/formats/whole-folder'
import { opfsDirectory, opfsPlace } from '../../src/storage/opfs'

/** What a worker of a page finds when folders are replaced in the private file system. */
export async function replaceFolders(): Promise<unknown> {
  const place = opfsPlace('run', await opfsDirectory('whole/run'))
  const mine = await place.create('checkpoint-5/notes.txt')
  await mine.write(Uint8Array.of(1))
  await mine.close()
  await writeWhole(place, 'checkpoint-5', (out) => version(out, 'old', ['config', 'states']))
  const old = await versionOf(place)
  const half = writeWhole(place, 'checkpoint-5', async (out) => {
    await version(out, 'half', ['config'])
    throw new Error('broken off')
  }).catch(String)
  const broken = [await half, await versionOf(place)]
  await writeWhole(place, 'checkpoint-5', (out) => version(out, 'new', ['config', 'weights']))
  const replaced = [await versionOf(place), (await place.list()).map(({ path }) => path).sort()]
  // A tab that was closed after the draft's last byte, and while its files were on their way.
  await version({ create: (path) => place.create(`checkpoint-5.part/${path}`) }, 'last', ['config', 'weights'])
  await place.move('checkpoint-5.part/config', 'checkpoint-5/config')
  const mixture = await versionOf(place)
  await finishDrafts(place)
  const finished = [await versionOf(place), await place.drafts()]
  await removeWhole(place, 'checkpoint-5')
  return { old, broken, replaced, mixture, finished, left: (await place.list()).map(({ path }) => path) }
}

/**
 * Replaces a folder while the store is full from the n-th change on, for every n: what was said, and what is there
 * afterwards. The browser's own quota is 10 GB wherever a test may set none, so its calls are made to fail as they do.
 */
export async function replaceWithoutRoom(): Promise<unknown> {
  const said = new Set<string>()
  const found = new Set<unknown>()
  let tries = 0
  for (let done = false; !done; tries++) {
    const place = opfsPlace('full', await opfsDirectory(`whole/full-${tries}`))
    await writeWhole(place, 'checkpoint-5', (out) => version(out, 'old', ['config', 'states']))
    const restore = fullFrom(tries)
    try {
      await writeWhole(place, 'checkpoint-5', (out) => version(out, 'new', ['config', 'states']))
      done = true
    } catch (error) {
      said.add((error as { code?: string }).code ?? String(error))
    } finally {
      restore()
    }
    await finishDrafts(place)
    found.add(await versionOf(place))
    if ((await place.drafts()).length > 0) found.add('a draft')
  }
  return { enough: tries > 15, said: [...said], found: [...found].sort() }
}

/** Makes every call fail that may need room, from the n-th on. */
function fullFrom(n: number): () => void {
  let calls = 0
  const undo: (() => void)[] = []
  const failing = (prototype: object, name: string, isAsync: boolean) => {
    const methods = prototype as Record<string, (...args: unknown[]) => unknown>
    const original = methods[name]
    undo.push(() => (methods[name] = original))
    methods[name] = function (...args) {
      if (calls++ < n) return original.apply(this, args)
      const error = new DOMException('full', 'QuotaExceededError')
      if (!isAsync) throw error
      return Promise.reject(error)
    }
  }
  const sync = (globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: object } })
    .FileSystemSyncAccessHandle.prototype
  failing(sync, 'write', false)
  failing(sync, 'flush', false)
  failing(FileSystemFileHandle.prototype, 'createSyncAccessHandle', true)
  failing(FileSystemFileHandle.prototype, 'move', true)
  return () => undo.forEach((one) => one())
}

function version(out: Parameters<typeof withManifest>[0], name: string, paths: string[]) {
  return withManifest(out, { version: name }, async (folder) => {
    for (const path of paths) {
      const sink = await folder.create(path)
      await sink.write(new TextEncoder().encode(`${name} ${path}`))
      await sink.close()
    }
  })
}

async function versionOf(place: Place): Promise<unknown> {
  const folder = subFolder(place, 'checkpoint-5')
  const manifest = await readManifest(folder)
  if (manifest === null || manifest === 'damaged') return manifest
  return (await damagedFile(folder, manifest)) ?? manifest.about.version
}
