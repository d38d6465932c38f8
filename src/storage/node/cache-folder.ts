import { homedir } from 'node:os'
import { join } from 'node:path'

/** The project's own in the user's cache: what is lost there is found or fetched again. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tunetab')
