import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fail } from '../../../errors'
import { suggest } from '../../../errors/suggest'
import { BUILT_IN_SUITES, MADE_SUITES, OWN_SUITES, SUITE_GROUPS, SUITE_NAMES } from '../../../eval/suites/built-in'
import { readSuite, type Suite } from '../../../eval/suites/suite'

export interface FoundSuites {
  /** Those that are made of `--data`, by name. */
  own: string[]
  /** Those that are made for the model. */
  made: string[]
  suites: Suite[]
}

/** What `--suite` names: built-in suites, groups of them, and JSON files by their path. */
export async function findSuites(
  list: string,
  root: string,
  { withTruth }: { withTruth: boolean },
): Promise<FoundSuites> {
  // Everything is everything that can be asked: without documents there is no truth to hold answers against.
  const mayBe = (name: string) => name !== 'truth' || withTruth
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .flatMap((name) => (Object.hasOwn(SUITE_GROUPS, name) ? SUITE_GROUPS[name].filter(mayBe) : [name]))
  const found: FoundSuites = { own: [], made: [], suites: [] }
  for (const name of new Set(names)) {
    if (OWN_SUITES.includes(name as never)) found.own.push(name)
    else if (MADE_SUITES.includes(name as never)) found.made.push(name)
    else if (BUILT_IN_SUITES.includes(name as never))
      found.suites.push(readSuite(name, await readFile(join(root, `public/suites/${name}.json`), 'utf8')))
    else if (/[./\\]/.test(name)) found.suites.push(readSuite(basename(name), await textAt(name)))
    else throw fail('cli-suite-unknown', { name, known: [...SUITE_NAMES], suggestion: suggest(name, SUITE_NAMES) })
  }
  return found
}

const textAt = (path: string) =>
  readFile(path, 'utf8').catch(() => {
    throw fail('cli-file-missing', { option: '--suite', path })
  })
