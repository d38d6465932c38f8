import { mkdtemp } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fail } from '../../errors'
import type { WritableFolder } from '../../contracts/bytes'
import { folderOf, listCheckpoints } from '../../formats/checkpoint-folder'
import { firstFew } from '../../formats/folders'
import { readManifest } from '../../formats/manifest'
import type { Place } from '../../formats/whole-folder'
import { writeWhole } from '../../formats/whole-folder'
import { lockFolder } from '../../storage/node/folder-lock'
import { nodeFolder, nodePlace } from '../../storage/node/node-folder'
import type { Terminal } from './terminal'
import { bytes } from './terminal'

export interface Kept {
  /** The folder that it lies in: `out`, or another where that could not be written. */
  folder: string
  /** Why it is not in `out`; null where it is. */
  error: Error | null
}

/**
 * Write the folder `name` of `out` as a whole; `write` ends with its manifest. Where that fails, into another place:
 * what took hours to learn is not lost to a full disk. Throws 'train-result-nowhere'.
 */
export function keepFolder(
  out: string,
  name: string,
  write: (folder: WritableFolder) => Promise<unknown>,
): Promise<Kept> {
  return somewhere(out, name, (place) => writeWhole(place, name, write))
}

/** The same for a single text. */
export function keepText(out: string, name: string, text: string): Promise<Kept> {
  return somewhere(out, name, async (place) => {
    const sink = await place.create(name)
    await sink.write(new TextEncoder().encode(text))
    await sink.close()
  })
}

async function somewhere(out: string, name: string, write: (place: Place) => Promise<unknown>): Promise<Kept> {
  const wanted = join(out, name)
  const tried: string[] = []
  let first: Error | null = null
  for (const [i, base] of [out, tmpdir(), homedir(), process.cwd()].entries()) {
    try {
      const folder = i === 0 ? out : await mkdtemp(join(base, 'tunetab-'))
      await write(nodePlace(folder))
      if (!first) return { folder, error: null }
      const error = fail(
        'train-result-elsewhere',
        { wanted, reason: first.message, place: join(folder, name), checkpoint: await lastWhole(out) },
        first,
      )
      return { folder, error }
    } catch (error) {
      first ??= error as Error
      if (i > 0) tried.push(resolve(base))
    }
  }
  const params = { wanted, reason: first!.message, tried, checkpoint: await lastWhole(out) }
  throw fail('train-result-nowhere', params, first)
}

/** The last whole checkpoint in a folder, as it may be given to --resume. */
export async function lastWhole(out: string): Promise<string | null> {
  const last = (await listCheckpoints(nodePlace(out)).catch(() => [])).findLast(({ whole }) => whole)
  return last ? join(out, folderOf(last.step)) : null
}

/** Keep a folder that is written into for this process, see storage/node/folder-lock.ts. */
export function takeFolder(out: string, command: string, terminal: Terminal): void {
  const { stale } = lockFolder(out, command)
  if (stale !== null) terminal.line(`${out} was left locked by process ${stale}, which is gone; its lock is taken over`)
}

/**
 * A model in a folder that is about to be written: said before the work begins, while Ctrl-C still keeps it.
 * @param isModel the file names of a model's folder will be written; else only what a manifest names is replaced
 */
export async function tellReplacedModel(out: string, isModel: boolean, terminal: Terminal): Promise<void> {
  const manifest = await readManifest(nodeFolder(out))
  if (!isModel && manifest === null) return
  const files = (await nodeFolder(out).list()).filter(({ path }) => !path.includes('/'))
  const weights = files.filter(({ path }) => /\.(safetensors|gguf)$/.test(path))
  if (weights.length === 0 && !files.some(({ path }) => path === 'config.json')) return
  const size = bytes(weights.reduce((sum, file) => sum + file.size, 0))
  const names = firstFew(
    weights.map(({ path }) => path),
    3,
  )
  terminal.line(
    `${out} holds a model (${weights.length === 0 ? 'without weights' : `${names}, ${size}`}); this one replaces it when it is whole`,
  )
  const ours = manifest === null || manifest === 'damaged' ? [] : Object.keys(manifest.files)
  const stay = weights.filter(
    ({ path }) => !ours.includes(path) && path.endsWith('.safetensors') && path !== 'model.safetensors',
  )
  if (stay.length > 0)
    terminal.line(
      `${firstFew(
        stay.map(({ path }) => path),
        3,
      )} was not written by "tune" and stays beside it, where readers may take it for a part of the new model`,
    )
}
