import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readDocument } from '../../../data/read-document'
import { fail } from '../../../errors'
import { searchPassages, type Passages } from '../../../eval/passages'
import type { Document } from '../../../eval/passages/cut'

/** The texts of `--documents`: files, or every .txt and .md of a folder. */
export async function documentsAt(paths: readonly string[]): Promise<Passages | undefined> {
  if (paths.length === 0) return undefined
  const documents: Document[] = []
  for (const path of paths) {
    const info = await stat(path).catch(() => null)
    if (!info) throw fail('cli-file-missing', { option: '--documents', path })
    const files = info.isDirectory()
      ? (await readdir(path))
          .filter((name) => /\.(?:txt|md|markdown)$/i.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path]
    if (files.length === 0) throw fail('eval-document-empty', { file: path })
    for (const file of files)
      documents.push({ name: basename(file), text: await readDocument(basename(file), await readFile(file)) })
  }
  return searchPassages(documents)
}
