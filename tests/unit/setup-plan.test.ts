import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { installPlan } from '../../scripts/lib/test-setup.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tunetab-plan-'))
  // Whatever browser this machine has, the plan shall not depend on it.
  vi.stubEnv('TUNETAB_CHROMIUM', join(root, 'chromium'))
  lock('package-lock.json', { a: '1.0.0', b: '2.0.0', c: '3.0.0' })
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true })
})

function lock(path: string, versions: Record<string, string>) {
  const packages = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
  )
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), JSON.stringify({ packages: { '': {}, ...packages } }))
}

test('npm packages that are absent or of another version are announced before they are installed', async () => {
  expect(await installPlan({ root })).toContain('  3 npm packages into node_modules (npm ci)')
  lock('node_modules/.package-lock.json', { a: '1.0.0', b: '2.0.1' })
  for (const name of 'ab') mkdirSync(join(root, 'node_modules', name))
  const plan = await installPlan({ root })
  expect(plan).toContain('  2 npm packages into node_modules (npm ci)')
  expect(plan[0]).toMatch(/^Will be installed/)
  expect(plan.join('\n')).not.toContain('Chromium, in its cache')
})

test('where nothing is missing, nothing of npm’s is announced', async () => {
  lock('node_modules/.package-lock.json', { a: '1.0.0', b: '2.0.0', c: '3.0.0' })
  for (const name of 'abc') mkdirSync(join(root, 'node_modules', name))
  expect((await installPlan({ root })).join('\n')).not.toContain('npm packages')
})
