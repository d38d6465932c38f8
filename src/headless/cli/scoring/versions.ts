import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Versions that a report names, so that its numbers can be made again. */
export async function versionsHere(root: string): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  return { tunetab: version, node: process.versions.node }
}
