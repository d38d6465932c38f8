import type { FileFolder } from '../contracts/bytes'

/** A file's text, null where there is none. A byte order mark is dropped. */
export async function readText(folder: FileFolder, path: string): Promise<string | null> {
  const source = await folder.open(path)
  return source && new TextDecoder().decode(await source.read(0, source.size))
}

/** A folder inside a folder. */
export function subFolder(folder: FileFolder, path: string): FileFolder {
  const prefix = `${path}/`
  return {
    name: path.split('/').at(-1)!,
    async list() {
      const all = await folder.list()
      return all
        .filter((file) => file.path.startsWith(prefix))
        .map(({ path: full, size }) => ({ path: full.slice(prefix.length), size }))
    },
    open: (inner) => folder.open(prefix + inner),
    prefetch: async (paths) => folder.prefetch?.(paths.map((inner) => prefix + inner)),
  }
}

/** The first few of many names, for a message. */
export function firstFew(names: string[], count = 5): string {
  return names.slice(0, count).join(', ') + (names.length > count ? ', …' : '')
}
