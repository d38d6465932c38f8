import { findFile, opfsDirectory, opfsPlace, removeEntry } from './opfs'

/** Below this, a directory for each run. */
const PATH = 'checkpoints'

/**
 * A run's checkpoints in the origin's private file system: written in the worker, listed and removed from the page as
 * well.
 */
export async function checkpointPlace(runId: string) {
  const directory = await opfsDirectory(`${PATH}/${runId}`)
  return {
    ...opfsPlace(runId, directory),
    /** A file as a blob; null where there is none. */
    file: async (path: string) => (await findFile(directory, path))?.getFile() ?? null,
  }
}

/** Ids of the runs that have a directory here. */
export async function runsWithCheckpoints(): Promise<string[]> {
  const ids: string[] = []
  for await (const [id] of (await opfsDirectory(PATH)).entries()) ids.push(id)
  return ids
}

/** All checkpoints of a run. */
export async function removeCheckpoints(runId: string): Promise<void> {
  await removeEntry(await opfsDirectory(PATH), runId)
}
