// Install what is missing. `node scripts/ensure.mjs` cares for the npm packages alone (npm start runs it first);
// `--test` adds what the tests need of the system, `--firefox` Firefox as well. Plain Node, no dependency.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePackages, nodeProblem } from './lib/npm-packages.mjs'
import { ensureTestSystem } from './lib/test-setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wantsFirefox = process.argv.includes('--firefox')
try {
  const problem = nodeProblem(root)
  if (problem) throw new Error(problem)
  console.log(await ensurePackages(root))
  if (wantsFirefox || process.argv.includes('--test')) {
    const { lines, problems } = await ensureTestSystem({ root, firefox: wantsFirefox })
    for (const line of lines) console.log(line)
    for (const line of problems) console.error(`could not: ${line}`)
    if (problems.length > 0) process.exitCode = 1
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
