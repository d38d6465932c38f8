// English and Chinese must say the same things: the same keys and the same placeholders in the page's texts, both texts
// for every error, and Chinese that is Chinese.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const entry = `
export { en } from './src/i18n/en'
export { zhCN } from './src/i18n/zh-CN'
export { errorCatalog } from './src/errors'
`
const bundle = await build({
  stdin: { contents: entry, resolveDir: root, loader: 'ts' },
  bundle: true,
  write: false,
  format: 'esm',
  logLevel: 'error',
})
const { en, zhCN, errorCatalog } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString('base64')}`
)

/** Leaves of a nested object by dotted key. */
function leaves(value, path = '', into = new Map()) {
  for (const [key, inner] of Object.entries(value)) {
    const name = path ? `${path}.${key}` : key
    if (inner && typeof inner === 'object' && !Array.isArray(inner)) leaves(inner, name, into)
    else into.set(name, inner)
  }
  return into
}

/** Names in braces: `{rows}`, `{n|row|rows}`. */
const placeholders = (text) =>
  [...new Set([...String(text).matchAll(/\{(\w+)[^}]*\}/g)].map((match) => match[1]))].sort().join(' ')

/**
 * A parameter that answers to any use a message may make of it: a number, a text, a list, and what their methods
 * return.
 */
const anything = new Proxy(() => anything, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => 7 : name === Symbol.iterator ? [][Symbol.iterator] : anything),
  apply: () => anything,
})
const anyParams = new Proxy({}, { get: () => anything })
const paramNames = (write) => {
  const used = new Set()
  write(new Proxy({}, { get: (_, name) => (used.add(String(name)), anything) }))
  return [...used].sort().join(' ')
}

const problems = []
const english = leaves(en)
const chinese = leaves(zhCN)
for (const key of english.keys()) if (!chinese.has(key)) problems.push(`zh-CN.ts lacks ${key}`)
for (const key of chinese.keys()) if (!english.has(key)) problems.push(`en.ts lacks ${key}`)
for (const [key, text] of english) {
  if (!chinese.has(key)) continue
  if (placeholders(text) !== placeholders(chinese.get(key)))
    problems.push(`${key}: placeholders differ (${placeholders(text)} / ${placeholders(chinese.get(key))})`)
  if (String(text).trim() === '' || String(chinese.get(key)).trim() === '') problems.push(`${key}: an empty text`)
}
const untried = []
for (const [code, texts] of Object.entries(errorCatalog)) {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(code)) problems.push(`error ${code}: the code is not kebab-case`)
  try {
    if (paramNames(texts.en) !== paramNames(texts.zh))
      problems.push(
        `error ${code}: the languages use other parameters (${paramNames(texts.en)} / ${paramNames(texts.zh)})`,
      )
    if (!/[\u4e00-\u9fff]/.test(texts.zh(anyParams))) problems.push(`error ${code}: the Chinese text holds no Chinese`)
  } catch {
    untried.push(code)
  }
}
// Its parameter is a key into a table of words, which a stand-in cannot be.
if (untried.join() !== 'config-field') problems.push(`errors that could not be tried: ${untried.join(', ')}`)
for (const problem of problems) console.error(problem)
console.log(`${english.size} texts and ${Object.keys(errorCatalog).length} errors in two languages`)
process.exitCode = problems.length > 0 ? 1 : 0
