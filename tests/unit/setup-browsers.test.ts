import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hasPlaywrightChromium, isSnapStub } from '../../scripts/lib/browsers.mjs'
import { projectFiles } from '../../scripts/lib/project-files.mjs'
import { driverManifest } from '../../src/headless/drivers.mjs'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'tunetab-setup-'))))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true })
})
const file = (path: string, text = '') => {
  mkdirSync(join(dir, path, '..'), { recursive: true })
  writeFileSync(join(dir, path), text)
  return join(dir, path)
}

test('a Chromium that only starts a snap is none', () => {
  expect(isSnapStub(file('chromium-browser', '#!/bin/sh\nexec /snap/bin/chromium "$@"\n'))).toBe(true)
  symlinkSync(file('snap/bin/chromium'), join(dir, 'linked'))
  expect(isSnapStub(join(dir, 'linked'))).toBe(true)
  expect(isSnapStub(file('chromium', '#!/bin/sh\nexec /usr/lib/chromium/chromium "$@"\n'))).toBe(false)
  expect(isSnapStub(file('chrome', '\x7fELF /snap/'))).toBe(false)
})

test('an old Chromium of Playwright’s is not the one that it drives, but its SwiftShader serves', async () => {
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', dir)
  const manifest = file('chromium-1/chrome-linux/vk_swiftshader_icd.json')
  expect(await hasPlaywrightChromium()).toBe(false)
  // Whatever this machine has of its own comes first.
  const own = driverManifest('swiftshader')
  expect(own === manifest || !own!.startsWith(dir)).toBe(true)
  vi.stubEnv('TUNETAB_CHROMIUM', join(dir, 'chromium-1/chrome-linux/chrome'))
  expect(driverManifest('swiftshader')).toBe(manifest)
  vi.stubEnv('TUNETAB_SWIFTSHADER_ICD', file('mine.json'))
  expect(driverManifest('swiftshader')).toBe(join(dir, 'mine.json'))
})

test('the project’s files are found without git, too', async () => {
  file('.gitignore', 'node_modules/\n*.log\n')
  for (const path of ['a.ts', 'src/b.ts', 'node_modules/c.js', 'src/node_modules/d.js', 'e.log', '.git/f']) file(path)
  expect((await projectFiles(dir)).sort()).toEqual(['.gitignore', 'a.ts', 'src/b.ts'])
})

test('the check of hosts works on an unpacked archive', { timeout: 60_000 }, () => {
  for (const path of ['scripts/lib', 'scripts/checks', '.gitignore']) cpSync(path, join(dir, path), { recursive: true })
  const check = () => execFileSync(process.execPath, ['scripts/checks/hosts.mjs'], { cwd: dir, stdio: 'pipe' })
  expect(() => check()).not.toThrow()
  file('src/a.ts', `fetch('https://${['registry', 'npmjs', 'org'].join('.')}/x')`)
  expect(() => check()).toThrow(/src\/a\.ts:1 names a package registry/)
})
