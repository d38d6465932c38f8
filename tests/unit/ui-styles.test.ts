import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const files = readdirSync('src/ui', { recursive: true, encoding: 'utf8' }).map((path) => join('src/ui', path))
const sheets = files.filter((path) => path.endsWith('.css'))
const components = files
  .filter((path) => path.endsWith('.tsx'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))

/** The class names of a style sheet; what stands in :global() is left out. */
function classesOf(path: string): string[] {
  const css = readFileSync(path, 'utf8').replaceAll(/\/\*[^]*?\*\//g, '')
  const selectors = [...css.matchAll(/([^{};]*)\{/g)].map(([, selector]) =>
    selector.replaceAll(/:global\([^)]*\)/g, ''),
  )
  return [
    ...new Set(selectors.flatMap((selector) => [...selector.matchAll(/\.([a-z][\w-]*)/gi)].map((found) => found[1]))),
  ]
}

/** What stands behind every `className=` of a component, braces and quotes included. */
function classNames(text: string): string[] {
  return [...text.matchAll(/className=/g)].map(({ index }) => {
    const from = index + 'className='.length
    if (text[from] === '"') return text.slice(from, text.indexOf('"', from + 1) + 1)
    let depth = 0
    for (let at = from; ; at++) {
      if (text[at] === '{') depth++
      if (text[at] === '}' && --depth === 0) return text.slice(from, at + 1)
    }
  })
}

test('only the sheets of the whole page are global; every other lies as a module beside its components', () => {
  expect(sheets.filter((path) => !path.endsWith('.module.css')).toSorted()).toEqual([
    'src/ui/styles/base.css',
    'src/ui/styles/tokens.css',
  ])
})

test('a class name that is written out is one of base.css', () => {
  const known = classesOf('src/ui/styles/base.css')
  expect(known.toSorted()).toEqual(['link', 'muted', 'num', 'row', 'table-scroll', 'visually-hidden'])
  for (const { path, text } of components) {
    for (const value of classNames(text)) {
      const plain = value.replaceAll(/\$\{[^}]*\}/g, ' ').replaceAll(/===? '[^']*'/g, '')
      const words = [...plain.matchAll(/["'`]([^"'`]*)["'`]/g)].flatMap(([, inner]) => inner.split(/\s+/))
      expect(known, `${path}: ${value}`).toEqual(expect.arrayContaining(words.filter(Boolean)))
    }
  }
})

test('every class that is taken from a module is in it, and every class of a module is taken', () => {
  const taken = new Map(sheets.map((path) => [path, new Set<string>()]))
  for (const { path, text } of components) {
    for (const [, alias, file] of text.matchAll(/import (\w+) from '(.*\.module\.css)'/g)) {
      const sheet = join(dirname(path), file)
      const classes = classesOf(sheet)
      for (const value of classNames(text)) {
        for (const [, name] of value.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, 'g'))) {
          expect(classes, `${path}: ${alias}.${name}`).toContain(name)
          taken.get(sheet)!.add(name)
        }
        // Chosen by a variable: the kind of a button, the tone of a line, the side of an answer.
        if (value.includes(`${alias}[`)) classes.forEach((name) => taken.get(sheet)!.add(name))
      }
    }
  }
  const unused = [...taken]
    .filter(([sheet]) => sheet.endsWith('.module.css'))
    .flatMap(([sheet, names]) =>
      classesOf(sheet)
        .filter((name) => !names.has(name))
        .map((name) => `${sheet}: .${name}`),
    )
  expect(unused).toEqual([])
})
