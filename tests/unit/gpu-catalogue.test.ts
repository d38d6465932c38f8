import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const readme = readFileSync('shaders/README.md', 'utf8')
const files = readdirSync('shaders').filter((name) => name.endsWith('.wgsl'))
const kernels = files.flatMap((file) => {
  const text = readFileSync(`shaders/${file}`, 'utf8')
  return [...text.matchAll(/@compute @workgroup_size\([^)]*\)+\s*fn (\w+)/g)].map(([, name]) => ({ file, name }))
})

describe('the catalogue of kernels', () => {
  it('finds them', () => {
    expect(kernels.length).toBeGreaterThan(20)
  })

  it('names every file and every entry point', () => {
    const missing = [...files, ...kernels.map(({ name }) => name)].filter((name) => !readme.includes(`\`${name}\``))
    expect(missing).toEqual([])
  })

  it('names no kernel that is gone', () => {
    const named = [...readme.matchAll(/^(?:\| )?`([a-z0-9]+(?:_[a-z0-9]+)*)`(?: +\||:)/gm)].map(([, name]) => name)
    const known = new Set(kernels.map(({ name }) => name))
    expect(named.filter((name) => !known.has(name))).toEqual([])
    expect(named.length).toBe(known.size)
  })
})
