import { access, constants, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../errors'
import type { TuneError } from '../../errors'
import type { FileFolder } from '../../contracts/bytes'
import { isHubId } from '../../contracts/hub-id'
import { nodeFolder } from '../../storage/node/node-folder'

/** The folder that `--model` or `--lora` names; "builtin" is the model that ships with the project. */
export async function folderAt(option: string, path: string, root: string): Promise<FileFolder> {
  const place = placeOf(option, path, root)
  const info = await stat(place).catch(() => null)
  if (!info?.isDirectory()) throw noSuch(option, path)
  return nodeFolder(place)
}

/**
 * Make the folder that a command writes into before its work begins, so that a wrong path costs no minutes. It may be
 * none of `sources` (option: folder), which are read while it is written.
 */
export async function makeOut(out: string, sources: Record<string, string | undefined>, root: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    await access(out, constants.W_OK)
  } catch (error) {
    throw fail('cli-out-unusable', { out, reason: (error as NodeJS.ErrnoException).code ?? String(error) }, error)
  }
  const made = await stat(out)
  for (const [option, path] of Object.entries(sources)) {
    const info = path === undefined ? null : await stat(placeOf(option, path, root)).catch(() => null)
    // By number, so that links and other spellings of the path are seen through.
    if (info && info.ino === made.ino && info.dev === made.dev) throw fail('cli-out-is-source', { out, option })
  }
}

const placeOf = (option: string, path: string, root: string) =>
  option === '--model' && path === 'builtin' ? join(root, 'public/demo-model') : path

/** What is wrong with a path that leads nowhere: it may be the name of something on a hub. */
export function noSuch(option: string, path: string): TuneError {
  const isHubName = isHubId(path) && !/\.(jsonl?|csv|tsv|txt|gz)$/i.test(path)
  if (!isHubName || !['--model', '--data', '--lora'].includes(option)) return fail('cli-file-missing', { option, path })
  return fail('cli-hub-name', { option, path, kind: option === '--data' ? 'data' : 'model' })
}
