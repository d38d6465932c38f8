import { fileSource } from './files-folder'
import type { HubCache } from './hub-cache'
import { appendFile, findFile, opfsDirectory, renameFile } from './opfs'

/**
 * A hub's cache in the origin's private file system, below `path`. Unfinished files end in ".part", their ETags in
 * ".etag".
 */
export async function opfsHubCache(path = 'hub'): Promise<HubCache> {
  /** Keys are "folder/file". */
  const place = async (key: string) => {
    const cut = key.lastIndexOf('/')
    return { directory: await opfsDirectory(`${path}/${key.slice(0, Math.max(0, cut))}`), name: key.slice(cut + 1) }
  }
  const open = async (key: string, suffix = ''): Promise<File | null> => {
    const { directory, name } = await place(key)
    return (await findFile(directory, name + suffix))?.getFile() ?? null
  }
  const cache: HubCache = {
    async open(key) {
      const file = await open(key)
      return file && fileSource(file, key)
    },
    async partial(key) {
      const file = await open(key, '.part')
      return file && { ...fileSource(file, key), etag: (await (await open(key, '.etag'))?.text()) || null }
    },
    async append(key, offset, etag) {
      const { directory, name } = await place(key)
      await cache.writeText(`${key}.etag`, etag ?? '')
      const sink = await appendFile(directory, `${name}.part`, offset)
      return {
        write: (chunk) => sink.write(chunk),
        async finish() {
          await sink.close()
          await renameFile(directory, `${name}.part`, name)
          await directory.removeEntry(`${name}.etag`)
        },
        keep: () => sink.close(),
      }
    },
    async remove(key) {
      const { directory, name } = await place(key)
      for (const suffix of ['', '.part', '.etag']) await directory.removeEntry(name + suffix).catch(() => {})
    },
    readText: async (key) => (await open(key))?.text() ?? null,
    async writeText(key, text) {
      const { directory, name } = await place(key)
      const sink = await appendFile(directory, `${name}.new`, 0)
      await sink.write(new TextEncoder().encode(text))
      await sink.close()
      await renameFile(directory, `${name}.new`, name)
    },
    async room() {
      const { quota = Infinity, usage = 0 } = await navigator.storage.estimate()
      return quota - usage
    },
  }
  return cache
}
