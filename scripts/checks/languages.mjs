// Every folder of src/i18n/ is a language, and each must say what English says: the same keys and placeholders, words
// for every error from the same parameters, in the language's own script and with marks of its width.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = join(root, 'src/i18n')
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}
async function read(name) {
  const { messages, card, errors, about } = await bundled(
    `export * from './${name}'; export { about } from './${name}/about'; export { card } from './${name}/card'`,
  )
  return { messages: { ...messages, ...card }, errors, about }
}

/** Names in braces: `{rows}`, `{n|row|rows}`. */
const placeholders = (text) => new Set([...text.matchAll(/\{(\w+)[^}]*\}/g)].map((match) => match[1]))
const same = (a, b) => a.size === b.size && [...a].every((one) => b.has(one))

/**
 * A parameter that answers to any use a message may make of it: a number, a text, a list, and what their methods
 * return.
 */
const anything = new Proxy(() => anything, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => 7 : name === Symbol.iterator ? [][Symbol.iterator] : anything),
  apply: () => anything,
})
/** What a message says, and the parameters that it looks at on the way. */
function tried(write) {
  const used = new Set()
  const text = write(new Proxy({}, { get: (_, name) => (used.add(String(name)), anything) }))
  return { used, text }
}

const FULL_WIDTH = ['Hans', 'Hant', 'Jpan']
const OWN_MARKS = '“”‘’（）《》「」、。，：；！？…'
const HALF_BESIDE_FULL = new RegExp(
  `[\\p{Script=Han}${OWN_MARKS}]\\s?[,:;!?()]|[,:;!?()]\\s?[\\p{Script=Han}${OWN_MARKS}]`,
  'u',
)
/** Code as it is written: in brackets, behind a "=", a call, a mark that stands for itself. */
const CODE = /\{[^}]*\}|\[[^\]]*\]|\w+=\S+|\w+\(\)|(?<= )[()?](?= )/g
/** Marks of half width within a text of full width. */
const halfWidth = (text) => HALF_BESIDE_FULL.exec(text.replace(CODE, 'x'))?.[0]

const problems = []
const english = await read('en')
for (const name of names) {
  const { messages, errors, about } = await read(name)
  const script = new Intl.Locale(about.locale).maximize().script
  // Of the scripts that several languages share, only its absence says something.
  const own = new RegExp(
    `\\p{Script=${{ Hans: 'Han', Hant: 'Han', Jpan: 'Han', Kore: 'Hangul' }[script] ?? script}}`,
    'u',
  )
  const say = (problem) => problems.push(`${name}: ${problem}`)
  const expectWidth = (what, text) => {
    const found = FULL_WIDTH.includes(script) && halfWidth(text)
    if (found) say(`${what} has a mark of half width: ${found}`)
  }
  for (const [kind, mine, theirs] of [
    ['text', messages, english.messages],
    ['error', errors, english.errors],
  ]) {
    for (const key of Object.keys(theirs)) if (!(key in mine)) say(`lacks the ${kind} ${key}`)
    for (const key of Object.keys(mine)) if (!(key in theirs)) say(`the ${kind} ${key} is unknown to English`)
  }
  for (const [key, text] of Object.entries(messages)) {
    if (!(key in english.messages)) continue
    if (text.trim() === '') say(`${key} is empty`)
    expectWidth(key, text)
    if (!same(placeholders(text), placeholders(english.messages[key])))
      say(`${key} has other placeholders than English`)
    if (/\p{L}{3,}\s+\p{L}{3,}/u.test(english.messages[key]) && name !== 'en' && text === english.messages[key])
      say(`${key} stands there in English`)
  }
  for (const [code, write] of Object.entries(errors)) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(code)) say(`error ${code}: the code is not kebab-case`)
    if (!(code in english.errors)) continue
    try {
      const { used, text } = tried(write)
      if (!same(used, tried(english.errors[code]).used)) say(`error ${code} uses other parameters than English`)
      expectWidth(`error ${code}`, text)
      if (!own.test(text)) say(`error ${code} is not written in ${about.name}`)
    } catch (error) {
      say(`error ${code} cannot be tried: ${error.message}`)
    }
  }
}
for (const problem of problems) console.error(problem)
console.log(
  `${Object.keys(english.messages).length} texts and ${Object.keys(english.errors).length} errors in ${names.join(', ')}`,
)
process.exitCode = problems.length > 0 ? 1 : 0
