import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countPlaywright, countVitest } from '../../scripts/lib/counts.mjs'

function report(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), 'counts-')), 'report.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
const vitestFile = (statuses: string[], status = 'passed') => ({
  name: 'a.test.ts',
  status,
  message: 'broke while loading',
  assertionResults: statuses.map((word, index) => ({ status: word, fullName: `test ${index}` })),
})

test('vitest: tests are counted one by one', () => {
  const file = report({
    testResults: [vitestFile(['passed', 'passed', 'skipped']), vitestFile(['passed', 'failed'], 'failed')],
  })
  expect(countVitest(file, 1)).toEqual({ passed: 3, failed: 1, skipped: 1, failures: ['test 1'] })
})

test('vitest: a file that breaks before its first test counts as failed', () => {
  const file = report({ testResults: [vitestFile(['passed']), vitestFile([], 'failed')] })
  expect(countVitest(file, 1)).toMatchObject({ passed: 1, failed: 1 })
})

test('a runner that crashes, reports nothing or runs nothing counts as failed', () => {
  expect(countVitest('/nowhere/report.json', 0)).toMatchObject({ passed: 0, failed: 1 })
  expect(countVitest(report('{"testResults": ['), 137)).toMatchObject({ passed: 0, failed: 1 })
  expect(countVitest(report({ testResults: [vitestFile(['skipped'])] }), 0)).toMatchObject({
    passed: 0,
    failed: 1,
    skipped: 1,
  })
  expect(countVitest(report({ testResults: [vitestFile(['passed'])] }), 1)).toMatchObject({ passed: 1, failed: 1 })
})

test('playwright: nested suites, flaky passes, failures by path, and errors outside any test', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] })
  const file = report({
    suites: [
      {
        title: 'a.spec.ts',
        specs: [spec('one', 'expected'), spec('two', 'skipped')],
        suites: [{ title: 'inner', specs: [spec('three', 'flaky'), spec('four', 'unexpected')] }],
      },
    ],
    errors: [{ message: 'the server did not start\nat x' }],
  })
  expect(countPlaywright(file, 1)).toEqual({
    passed: 2,
    failed: 2,
    skipped: 1,
    failures: ['a.spec.ts > inner > four', 'the server did not start'],
  })
})
