import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kernelInterface } from '../helpers/shader-interface'

const readme = readFileSync('shaders/README.md', 'utf8')
const files = readdirSync('shaders').filter((name) => name.endsWith('.wgsl'))
/** A file of a family whose bindings all its kernels share begins with the family's. */
const textOf = (file: string): string => {
  const shared = /^(\w+)/.exec(file)![1] + '-shared.wgsl'
  const before = files.includes(shared) && file !== shared ? readFileSync(`shaders/${shared}`, 'utf8') : ''
  return before + readFileSync(`shaders/${file}`, 'utf8')
}
const kernels = files.flatMap((file) => {
  const text = textOf(file)
  return [...text.matchAll(/@compute @workgroup_size\([^)]*\)+\s*fn (\w+)/g)].map(([, name]) => ({ file, name, text }))
})

/** Rows of the catalogue's tables, by their column titles. */
const rows = tables(readme).filter((row) => 'kernel' in row)

function tables(markdown: string): Record<string, string>[] {
  const found: Record<string, string>[] = []
  let titles: string[] | null = null
  for (const line of markdown.split('\n')) {
    if (!line.startsWith('|')) titles = null
    else if (!titles) titles = cells(line)
    else if (!/^\|[\s|:-]+$/.test(line))
      found.push(Object.fromEntries(cells(line).map((cell, i) => [titles![i], cell])))
  }
  return found
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

const names = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)

describe('the catalogue of kernels', () => {
  it('names every file', () => {
    expect(kernels.length).toBeGreaterThan(20)
    expect(files.filter((file) => !readme.includes(`\`${file}\``))).toEqual([])
  })

  it('has a row for every entry point, and none besides', () => {
    expect(rows.map(({ kernel }) => names(kernel)[0]).sort()).toEqual(kernels.map(({ name }) => name).sort())
  })

  for (const { name, text } of kernels) {
    it(`${name}: bindings and parameters are the shader's own, in their order`, () => {
      const row = rows.find(({ kernel }) => kernel === `\`${name}\``)!
      const { bindings, params } = kernelInterface(text, name)
      expect(names(row.bindings)).toEqual(bindings.filter(({ access }) => access !== 'uniform').map((b) => b.name))
      expect(names(row.parameters)).toEqual(params.map((field) => field.name))
    })
  }
})
