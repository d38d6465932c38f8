import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts
 */

/** @returns {any} the parsed report, null where there is none or it was cut off */
function readReport(file) {
  if (!existsSync(file)) return null
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** A runner that leaves no report has crashed, and one that fails without naming a test has failed all the same. */
function settle(counts, code) {
  if (code !== 0 && counts.failed === 0) {
    counts.failed = 1
    counts.failures.push(`the runner ended with code ${code} without naming a failed test`)
  }
  if (counts.passed + counts.failed === 0) {
    counts.failed = 1
    counts.failures.push('no test ran')
  }
  return counts
}

/**
 * Count a vitest JSON report test by test. A file that fails before its first test counts as one failed test.
 * @param {string} file
 * @param {number} code exit code of the runner
 * @returns {Counts}
 */
export function countVitest(file, code) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const suite of readReport(file)?.testResults ?? []) {
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') counts.passed++
      else if (test.status === 'failed') {
        counts.failed++
        counts.failures.push(test.fullName)
      } else counts.skipped++
    }
    if (suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')) {
      counts.failed++
      counts.failures.push(`${suite.name}: ${String(suite.message).split('\n')[0]}`)
    }
  }
  return settle(counts, code)
}

/**
 * Count a Playwright JSON report test by test.
 * @param {string} file
 * @param {number} code exit code of the runner
 * @returns {Counts}
 */
export function countPlaywright(file, code) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  const report = readReport(file)
  const visit = (suite, path) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === 'skipped') counts.skipped++
        else if (test.status === 'unexpected') {
          counts.failed++
          counts.failures.push([...path, spec.title].join(' > '))
        } else counts.passed++
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, [...path, inner.title])
  }
  for (const suite of report?.suites ?? []) visit(suite, [suite.title])
  for (const error of report?.errors ?? []) {
    counts.failed++
    counts.failures.push(String(error.message).split('\n')[0])
  }
  return settle(counts, code)
}
