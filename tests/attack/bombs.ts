import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { parseModelConfig } from '../../src/architecture/config'
import { linearModules } from '../../src/architecture/names'
import { loadDataset, loadTokenizer } from '../../src/data'
import { bytesSource, MemoryFolder } from '../../src/formats/memory-folder'
import { readPeft } from '../../src/formats/read-peft'
import { openSafetensors } from '../../src/formats/safetensors'
import { openZip } from '../../src/formats/unzip'
import { openModelFolder } from '../../src/model/opening/open-model'
import { TINY_CONFIG, tinyFolder } from '../helpers/tiny-folder'
import { met, newTally, note, type Tally } from './tally'
import { adapterFiles, SMALL_TOKENIZER } from './targets'

/** Small inputs that ask for everything: time, stack, memory. */
const BOMBS: Record<string, () => Promise<unknown>> = {
  'template: a thousand millions': () => template('{% for i in range(1000000000) %}x{% endfor %}'),
  'template: loops in loops': () =>
    template('{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}'),
  'template: doubling text': () => template(doubled('n.x ~ n.x', '"ab"')),
  'template: doubling lists': () => template(doubled('n.x + n.x', '[1, 2]')),
  'template: lists in lists': () => template(`${doubled('[n.x, n.x]', '[1]')}{{ n.x | tojson }}`),
  'template: replacing': () => template(doubled('n.x | replace("a", "aaaaaaaa")', '"aaaa"')),
  'template: brackets without end': () => template(`{{ ${'('.repeat(100_000)} }}`),
  'tokenizer: a split that backtracks': () => expression('pre_tokenizer', '(a+)+b'),
  'tokenizer: a replacement that backtracks': () => expression('normalizer', '(a|a)*b'),
  'tokenizer: many repetitions in a row': () => expression('pre_tokenizer', 'a*a*a*a*a*b'),
  'config: a million layers': () => config({ num_hidden_layers: 1e6 }),
  'config: layers beyond number': () => config({ num_hidden_layers: 1e308 }),
  'config: a vocabulary of a billion': () => config({ vocab_size: 1e9 }),
  'config: brackets without end': () => config(`{"architectures": ${nested(300_000)}}`),
  'adapter: a pattern that backtracks': () => adapter({ alpha_pattern: { [`(a+)+${'(x+x+)+'.repeat(20)}y`]: 2 } }),
  'adapter: thousands of patterns': () =>
    adapter({ alpha_pattern: Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`(.*)*${i}`, 1])) }),
  'licence: white space': () => licence(`---\nlicense:${' '.repeat(8000)}${'\n'.repeat(8000)}---`),
  'licence: quotation marks': () => licence(`---\nlicense: ${'"\''.repeat(8000)}\n---`),
  'safetensors: a header of all there is': () => openSafetensors(bytesSource('x', new Uint8Array(64).fill(0x7f))),
  'safetensors: as many names as fit': () => {
    const names = Object.fromEntries(Array.from({ length: 3e5 }, (_, i) => [i, 0]))
    return openSafetensors(bytesSource('x', withLength(JSON.stringify(names))))
  },
  'safetensors: brackets without end': () => openSafetensors(bytesSource('x', withLength(`{"a": ${nested(500_000)}}`))),
  'zip: a thousand times its size': async () => {
    const folder = await openZip(bytesSource('a.zip', zipSync({ zeros: new Uint8Array(1 << 26) }, { level: 1 })))
    await folder.open('zeros')
  },
  'gzip: a thousand times its size': () => rows('a.jsonl.gz', gzipSync(Buffer.alloc(1 << 26, 0x20))),
  'rows: brackets without end': () => rows('a.jsonl', `{"text": ${nested(300_000)}}\n{"text": "good"}`),
  'rows: an array of brackets': () => rows('a.json', nested(300_000)),
  'rows: one line of megabytes': () => rows('a.jsonl', `{"text": "${'word '.repeat(400_000)}"}`),
  'rows: one word of a megabyte': () => rows('a.jsonl', `{"text": "${'a'.repeat(1_000_000)}"}`),
  'rows: one word of many megabytes': () => rows('a.jsonl', `{"text": "${'中'.repeat(5_000_000)}"}`),
  'rows: a header of a million columns': () => rows('a.csv', `${'a,'.repeat(1e6)}b\n1,2`),
  'rows: quotation marks that never close': () => rows('a.csv', `question,answer\n${'"x,'.repeat(500_000)}`),
}

const doubled = (expression: string, first: string) =>
  `{% set n = namespace(x=${first}) %}${`{% set n.x = ${expression} %}`.repeat(64)}`
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const template = (chatTemplate: string) => loadTokenizer({ ...SMALL_TOKENIZER, chatTemplate })

/** A tokenizer whose step goes by this expression, and a row of the letter that it repeats. */
async function expression(step: 'normalizer' | 'pre_tokenizer', Regex: string): Promise<unknown> {
  const type = step === 'normalizer' ? 'Replace' : 'Split'
  const part = { type, pattern: { Regex }, content: '', behavior: 'Isolated', invert: false }
  const tokenizerJson = JSON.stringify({ ...JSON.parse(SMALL_TOKENIZER.tokenizerJson), [step]: part })
  const tokenizer = await loadTokenizer({ ...SMALL_TOKENIZER, tokenizerJson, chatTemplate: null })
  return tokenizer.encode('a'.repeat(100_000))
}

async function config(change: object | string): Promise<unknown> {
  const folder = await tinyFolder()
  const text = typeof change === 'string' ? change : JSON.stringify({ ...TINY_CONFIG, ...change })
  folder.files.set('config.json', new TextEncoder().encode(text))
  return openModelFolder(folder)
}

async function licence(card: string): Promise<unknown> {
  const folder = await tinyFolder()
  folder.files.set('README.md', new TextEncoder().encode(card))
  return openModelFolder(folder)
}

async function adapter(change: object): Promise<unknown> {
  const files = new Map(await adapterFiles())
  const settings = JSON.parse(new TextDecoder().decode(files.get('adapter_config.json'))) as object
  files.set('adapter_config.json', new TextEncoder().encode(JSON.stringify({ ...settings, ...change })))
  return readPeft(new MemoryFolder('a', files), linearModules(parseModelConfig(JSON.stringify(TINY_CONFIG))))
}

function withLength(header: string): Uint8Array {
  const text = new TextEncoder().encode(header)
  const out = new Uint8Array(8 + text.length)
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true)
  out.set(text, 8)
  return out
}

async function rows(name: string, content: string | Uint8Array): Promise<unknown> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const tokenizer = await loadTokenizer({ ...SMALL_TOKENIZER, chatTemplate: null })
  return loadDataset(bytesSource(name, bytes), tokenizer, { max_length: 64 })
}

/** Each bomb once; `names` chooses some. */
export async function throwBombs(names = Object.keys(BOMBS)): Promise<Tally> {
  const tally = newTally('bombs')
  for (const name of names) note(tally, name, await met(BOMBS[name]))
  return tally
}
