import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TuningReport, TuningStore } from '../../contracts/tuning'
import { cacheFolder } from './cache-folder'

/** Reports in one JSON file, an object by device. A damaged file is taken for an empty one. */
export function fileTuningStore(path = join(cacheFolder(), 'tuning.json')): TuningStore {
  const all = async (): Promise<Record<string, TuningReport>> => {
    try {
      const read: unknown = JSON.parse(await readFile(path, 'utf8'))
      return typeof read === 'object' && read !== null ? (read as Record<string, TuningReport>) : {}
    } catch {
      return {}
    }
  }
  return {
    read: async (key) => {
      const reports = await all()
      const report = Object.hasOwn(reports, key) ? reports[key] : null
      // A file that another version wrote is searched anew.
      return report && report.key === key && Array.isArray(report.classes) && Array.isArray(report.refused)
        ? report
        : null
    },
    write: async (report) => {
      const reports = { ...(await all()), [report.key]: report }
      await mkdir(dirname(path), { recursive: true })
      const draft = `${path}.${process.pid}`
      await writeFile(draft, JSON.stringify(reports, null, 1))
      await rename(draft, path)
    },
  }
}
