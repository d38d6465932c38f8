import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HubCache } from '../../src/storage/hub-cache'
import { nodeFile } from '../../src/storage/node/node-folder'

/** A hub's cache in a directory on disk. Unfinished files end in ".part", with their ETag beside them. */
export function nodeHubCache(directory: string): HubCache {
  const at = (key: string) => join(directory, key)
  const part = (key: string) => `${at(key)}.part`
  const sizeOf = async (path: string) => (await stat(path).catch(() => null))?.size
  return {
    open: async (key) => ((await sizeOf(at(key))) === undefined ? null : nodeFile(at(key), key)),
    async partial(key) {
      if ((await sizeOf(part(key))) === undefined) return null
      const etag = (await readFile(`${part(key)}.etag`, 'utf8').catch(() => '')) || null
      return { ...(await nodeFile(part(key), key)), etag }
    },
    async append(key, offset, etag) {
      await mkdir(dirname(at(key)), { recursive: true })
      await writeFile(`${part(key)}.etag`, etag ?? '')
      const file = await open(part(key), offset === 0 ? 'w' : 'r+')
      await file.truncate(offset)
      let end = offset
      return {
        async write(chunk) {
          await file.write(chunk, 0, chunk.length, end)
          end += chunk.length
        },
        async finish() {
          await file.sync()
          await file.close()
          await rename(part(key), at(key))
          await rm(`${part(key)}.etag`, { force: true })
        },
        keep: () => file.close(),
      }
    },
    async remove(key) {
      for (const path of [at(key), part(key), `${part(key)}.etag`]) await rm(path, { force: true })
    },
    readText: (key) => readFile(at(key), 'utf8').catch(() => null),
    async writeText(key, text) {
      await mkdir(dirname(at(key)), { recursive: true })
      await writeFile(at(key), text)
    },
  }
}
