import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFolder } from '../../src/storage/node/folder-lock'

let dir: string
const lock = () => join(dir, '.tunetab.lock')
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'tunetab-lock-'))))
afterEach(() => rmSync(dir, { recursive: true }))

it('is held until it is released', () => {
  const held = lockFolder(dir, 'tune train')
  expect(held.stale).toBeNull()
  expect(readdirSync(dir)).toEqual(['.tunetab.lock'])
  // The same process asks again: it has it already.
  expect(lockFolder(join(dir, '.'), 'tune train')).toBe(held)
  held.release()
  expect(readdirSync(dir)).toEqual([])
})

it('of a process that lives is respected, with its id', async () => {
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  try {
    const holder = { pid: other.pid, host: hostname(), began: null, command: 'tune train' }
    writeFileSync(lock(), JSON.stringify(holder))
    expect(() => lockFolder(dir, 'tune merge')).toThrow(
      expect.objectContaining({
        code: 'cli-out-locked',
        params: expect.objectContaining({ pid: other.pid, host: '' }),
      }),
    )
    expect(readdirSync(dir)).toEqual(['.tunetab.lock'])
  } finally {
    other.kill()
  }
})

it.each([
  ['of a process that is gone', { pid: spawnSync(process.execPath, ['-e', '0']).pid, began: null }],
  // This very process lives, but it did not begin then: the number is another's by now.
  ['whose number another process has by now', { pid: process.pid, began: 'some boot 12' }],
])('%s is taken over and told', (_, holder) => {
  writeFileSync(lock(), JSON.stringify({ host: hostname(), command: 'tune train', ...holder }))
  const held = lockFolder(dir, 'tune train')
  expect(held.stale).toBe(holder.pid)
  held.release()
  expect(readdirSync(dir)).toEqual([])
})

it('of another machine stays, and the file to delete is named', () => {
  writeFileSync(lock(), JSON.stringify({ pid: 1, host: 'elsewhere', began: null, command: 'tune train' }))
  expect(() => lockFolder(dir, 'tune train')).toThrow(/elsewhere.*\.tunetab\.lock/)
})

it('that is no lock at all is replaced', () => {
  writeFileSync(lock(), 'not JSON')
  lockFolder(dir, 'tune train').release()
  expect(existsSync(lock())).toBe(false)
})

it('goes to one of many that ask at once', async () => {
  writeFileSync(lock(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), began: null, command: '' }))
  const script = `
    const { lockFolder } = await import(process.argv[1])
    try {
      lockFolder(process.argv[2], 'x')
      console.log('have')
      setTimeout(() => {}, 1500)
    } catch (error) {
      console.log(error.code)
    }`
  const { build } = await import('esbuild')
  const bundle = join(dir, 'lock.mjs')
  await build({
    entryPoints: ['src/storage/node/folder-lock.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
  })
  const answers = await Promise.all(
    Array.from(
      { length: 6 },
      () =>
        new Promise<string>((resolve) => {
          const child = spawn(process.execPath, ['--input-type=module', '-e', script, bundle, dir])
          let out = ''
          child.stdout.on('data', (chunk) => (out += chunk))
          child.on('close', () => resolve(out.trim()))
        }),
    ),
  )
  expect(answers.sort()).toEqual([...Array<string>(5).fill('cli-out-locked'), 'have'])
})
