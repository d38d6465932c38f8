import { basename, dirname, join, resolve } from 'node:path'
import { fail, TuneError } from '../../errors'
import type { FileFolder } from '../../contracts/bytes'
import type { CheckpointAbout } from '../../formats/checkpoint-folder'
import { folderOf } from '../../formats/checkpoint-folder'
import { finishDrafts } from '../../formats/whole-folder'
import { lockFolder } from '../../storage/node/folder-lock'
import { nodePlace } from '../../storage/node/node-folder'
import type { RunFile } from '../../run-file/run-file'
import type { FoundCheckpoint } from '../../train/find-checkpoint'
import { findCheckpoint } from '../../train/find-checkpoint'
import { folderAt } from './inputs'
import type { Terminal } from './terminal'

export interface ResumeChoice {
  folder: FileFolder
  run: RunFile
  step: number
}

/**
 * The checkpoint that `--resume` means, and words about it: which run it is of, what was passed over, what else lies
 * there.
 */
export async function checkpointAt(path: string, root: string, terminal: Terminal): Promise<ResumeChoice> {
  const place = /^checkpoint-\d+$/.test(basename(resolve(path))) ? dirname(resolve(path)) : path
  await finishBrokenOff(place)
  const found = await find(await folderAt('--resume', path, root), path, place)
  const { folder, facts, notes, others } = found
  for (const note of notes) if (note.code === 'train-checkpoint-passed-over') terminal.warning(note)
  const step = facts.log.length
  terminal.line(`going on after step ${step} of the run${when(facts.began)}, from ${at(path, folder.name)}`)
  for (const other of others) {
    const name = other ? join(path, folderOf(other.step)) : path
    terminal.line(
      other
        ? `${path} also holds a run${when(other.began)}, up to ${folderOf(other.step)}: --resume ${name} goes on with that one`
        : `${path} also holds checkpoints of an earlier version: name one of them to go on with it`,
    )
  }
  return { folder, run: facts.run, step }
}

const at = (path: string, name: string) => (basename(resolve(path)) === name ? path : join(path, name))
const when = (began: CheckpointAbout['began']) => (began ? ` begun ${began.slice(0, 16).replace('T', ' ')} UTC` : '')

/** A checkpoint that was named and is damaged: the last whole one beside it is named in the error. */
async function find(folder: FileFolder, path: string, place: string): Promise<FoundCheckpoint> {
  try {
    return await findCheckpoint(folder)
  } catch (error) {
    if (!(error instanceof TuneError) || error.code !== 'train-checkpoint-damaged' || place === path) throw error
    const whole = await findCheckpoint(nodePlace(place)).catch(() => null)
    const { damaged, reason } = error.params as { damaged: string; reason: string }
    const instead = whole && join(place, whole.folder.name)
    throw fail('train-checkpoint-damaged', { folder: path, damaged, reason, instead }, error)
  }
}

/** What another process is writing just now is left to it. */
async function finishBrokenOff(path: string): Promise<void> {
  const place = nodePlace(path)
  if ((await place.drafts()).length === 0) return
  try {
    const lock = lockFolder(path, 'tune train --resume')
    await finishDrafts(place)
    lock.release()
  } catch (error) {
    // A folder that is being written, or that only lets itself be read, still holds what is whole.
    if (!(error instanceof TuneError)) throw error
  }
}
