import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { parseModelConfig } from '../../src/architecture/config'
import { linearModules, linearPath } from '../../src/architecture/names'
import { ADAPTER_CONFIG } from '../../src/contracts/file-names'
import { loadDataset, loadTokenizer, type ChatTokenizer } from '../../src/data'
import { bytesSource, MemoryFolder } from '../../src/formats/memory-folder'
import { writePeft } from '../../src/formats/peft'
import { readPeft } from '../../src/formats/read-peft'
import { openZip } from '../../src/formats/unzip'
import { openModelFolder } from '../../src/model/opening/open-model'
import { parseRunFile } from '../../src/run-file/parse-run-file'
import { fileDefaults, recommendedRun } from '../../src/run-file/run-file'
import { createPrefs } from '../../src/state/prefs'
import { parseListing } from '../../src/storage/hub-listing'
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint'
import { findCheckpoint } from '../../src/train/find-checkpoint'
import { MemoryPlace } from '../helpers/memory-place'
import { TINY_CONFIG, tinyFolder } from '../helpers/tiny-folder'
import { mutatedBytes, mutatedJson, mutatedText } from './mutations'
import type { Random } from './random'

/** One kind of input: makes a changed one and says how it is read. */
export interface Target {
  kind: string
  /** Reads one input that `random` has changed. */
  attack(random: Random): Promise<unknown>
}

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const modelFile = (name: string) => readFileSync(`public/demo-model/${name}`, 'utf8')

/** A change of the kind that fits the file: half of them keep JSON what it is. */
function changedFile(path: string, bytes: Uint8Array, random: Random): Uint8Array {
  if (!/\.(?:json|jinja|md|txt)$/.test(path)) return mutatedBytes(bytes, random)
  if (path.endsWith('.json') && random.below(4) > 0) return encode(mutatedJson(decode(bytes), random))
  return random.below(4) ? encode(mutatedText(decode(bytes), random)) : mutatedBytes(bytes, random)
}

/** The files with one of them changed. */
function changedFolder(files: ReadonlyMap<string, Uint8Array>, random: Random): Map<string, Uint8Array> {
  const copy = new Map(files)
  const path = random.of([...copy.keys()])
  if (random.below(20) === 0) copy.delete(path)
  else copy.set(path, changedFile(path, copy.get(path)!, random))
  return copy
}

export async function adapterFiles(): Promise<Map<string, Uint8Array>> {
  const config = parseModelConfig(JSON.stringify(TINY_CONFIG))
  const target_modules = ['q_proj', 'down_proj'] as const
  const pairs = linearModules(config)
    .filter(({ projection }) => target_modules.includes(projection as 'q_proj'))
    .map(({ layer, projection, outFeatures, inFeatures }) => {
      const A = new Float32Array(2 * inFeatures).fill(0.5)
      const B = new Float32Array(outFeatures * 2).fill(-1)
      return { layer, projection, outFeatures, inFeatures, r: 2, A, B }
    })
  const lora = { r: 2, lora_alpha: 4, lora_dropout: 0, target_modules: [...target_modules], use_rslora: false }
  const folder = new MemoryFolder('adapter')
  await writePeft(folder, { lora, pairs, baseModel: 'tiny' }, linearPath)
  const settings = JSON.parse(decode(folder.files.get(ADAPTER_CONFIG)!)) as object
  const patterns = { rank_pattern: { 'layers.0.self_attn.q_proj': 2 }, alpha_pattern: { '(k|down)_proj': 8 } }
  folder.files.set(ADAPTER_CONFIG, encode(JSON.stringify({ ...settings, ...patterns })))
  return folder.files
}

async function checkpointFiles(): Promise<Map<string, Uint8Array>> {
  const place = new MemoryPlace('run')
  for (const step of [1, 2]) await saveTinyCheckpoint(place, step)
  return place.files
}

/** A checkpoint of the tiny model after `step` steps of one and the same run. */
export async function saveTinyCheckpoint(place: MemoryPlace, step: number): Promise<void> {
  const C = TINY_CONFIG.hidden_size
  const lora = { ...recommendedRun.lora, r: 2, target_modules: ['o_proj' as const] }
  const values = () => new Float32Array(2 * C).fill(step / 10)
  const pairs = [0, 1].map((layer) => {
    const at = { layer, projection: 'o_proj' as const, r: 2, inFeatures: C, outFeatures: C }
    return { ...at, A: values(), B: values() }
  })
  const figures = { epoch: 1, loss: 2, grad_norm: 1, learning_rate: 1e-4, num_tokens: 10 }
  const log = Array.from({ length: step }, (_, i) => ({ step: i + 1, ...figures }))
  const state = { steps: step, pairs, tensors: [{ name: 'counters', data: new Uint8Array(8) }] }
  const run = { ...fileDefaults, lora }
  const facts = { run, runId: 'a', began: '2026-01-01T00:00:00Z', log, data: '3-aa', model: 'sha256:bb' }
  await writeCheckpoint(place, { ...facts, state, bestPairs: null, evaluations: [] }, lora, 'tiny')
}

const CHAT = JSON.stringify({
  messages: [
    { role: 'user', content: 'What is red?' },
    {
      role: 'assistant',
      content: 'The light at the pier.',
      tool_calls: [{ function: { name: 'f', arguments: '{}' } }],
    },
  ],
  tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
})

/** Data sets in the shapes that are read, with their endings. */
const DATA: [name: string, text: string][] = [
  ['a.jsonl', `${CHAT}\n${CHAT}\n`],
  ['b.json', `[${CHAT},${CHAT}]`],
  ['c.json', JSON.stringify([{ instruction: 'a', input: 'b', output: 'c', system: 's', history: [['q', 'a']] }])],
  ['d.csv', 'question,answer\n"a, b","c ""d"""\ne,f\n'],
  ['e.tsv', 'text\tlabel\nsome words\t1\n'],
  ['f.jsonl', '{"prompt": "a", "completion": "b"}\n{"text": "c"}\n'],
  [
    'g.json',
    JSON.stringify({
      data: [
        {
          conversations: [
            { from: 'human', value: 'a' },
            { from: 'gpt', value: 'b' },
          ],
        },
      ],
    }),
  ],
  ['h.txt', 'Some text.\n\nMore of it.\n'],
]

/** Everything that comes from outside and is read. */
export async function targets(): Promise<Target[]> {
  const tokenizerFiles = {
    tokenizerJson: modelFile('tokenizer.json'),
    tokenizerConfig: modelFile('tokenizer_config.json'),
    chatTemplate: modelFile('chat_template.jinja'),
    generationConfig: modelFile('generation_config.json'),
  }
  const tokenizer = await loadTokenizer(tokenizerFiles)
  const config = parseModelConfig(JSON.stringify(TINY_CONFIG))
  const model = (await tinyFolder()).files
  const adapter = await adapterFiles()
  const checkpoint = await checkpointFiles()
  const listing = JSON.stringify({
    commit: '0123456789abcdef0123456789abcdef01234567',
    files: [{ path: 'model.safetensors', size: 4, etag: 'x', sha256: 'a'.repeat(64) }],
  })
  const zip = zipSync(Object.fromEntries([...adapter].map(([path, bytes]) => [`adapter/${path}`, bytes])))

  return [
    { kind: 'model folders', attack: (random) => openModelFolder(new MemoryFolder('m', changedFolder(model, random))) },
    {
      kind: 'tokenizers',
      attack: async (random) => {
        const files = { ...tokenizerFiles }
        const which = random.of(['tokenizerJson', 'tokenizerConfig', 'generationConfig'] as const)
        files[which] = decode(changedFile('x.json', encode(files[which]), random))
        use(await loadTokenizer(files))
      },
    },
    {
      kind: 'chat templates',
      attack: async (random) => {
        const chatTemplate = mutatedText(tokenizerFiles.chatTemplate, random)
        use(await loadTokenizer({ ...SMALL_TOKENIZER, chatTemplate }))
      },
    },
    {
      kind: 'adapters',
      attack: (random) => readPeft(new MemoryFolder('a', changedFolder(adapter, random)), linearModules(config)),
    },
    {
      kind: 'checkpoints',
      attack: async (random) => {
        const files = changedFolder(checkpoint, random)
        await readCheckpoint(await findCheckpoint(new MemoryFolder('run', files)), config)
      },
    },
    {
      kind: 'data sets',
      attack: async (random) => {
        const [name, text] = random.of(DATA)
        const json = name.endsWith('.json') && random.below(2) > 0
        const changed = json ? mutatedJson(text, random) : mutatedText(text, random)
        const plain = random.below(3) ? encode(changed) : mutatedBytes(encode(changed), random)
        const bytes = random.below(6) ? plain : mutatedBytes(gzipSync(plain), random)
        await loadDataset(bytesSource(name, bytes), tokenizer, { max_length: 64 })
      },
    },
    {
      kind: 'run files',
      attack: async (random) => parseRunFile(JSON.parse(valid(mutatedJson(JSON.stringify(recommendedRun), random)))),
    },
    {
      kind: 'archives',
      attack: async (random) => {
        const folder = await openZip(bytesSource('a.zip', mutatedBytes(zip, random)))
        for (const { path } of await folder.list()) await folder.open(path)
      },
    },
    { kind: 'hub listings', attack: async (random) => parseListing(mutatedJson(listing, random)) },
    {
      kind: 'preferences',
      attack: async (random) => {
        const kept = mutatedJson(JSON.stringify(createPrefs(null, ['en']).getState()), random)
        const prefs = createPrefs({ getItem: () => kept, setItem: () => {} } as unknown as Storage, ['en']).getState()
        const plain = createPrefs(null, ['en']).getState()
        for (const [name, value] of Object.entries(plain)) {
          const found = prefs[name as keyof typeof prefs]
          if (typeof found !== typeof value) throw new Error(`${name} is ${JSON.stringify(found)}`)
        }
      },
    },
  ]
}

/** Run files come parsed: what is no JSON is met before. */
function valid(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    return '{}'
  }
}

function use(tokenizer: ChatTokenizer): void {
  const messages = [
    { role: 'user', content: 'What is red? 红' },
    { role: 'assistant', content: 'The light.' },
  ]
  tokenizer.decode(tokenizer.encode('Some words, 词 and \u{1f600}.'))
  if (!tokenizer.template) return
  try {
    tokenizer.template.renderTraining(messages)
    tokenizer.renderPrompt(messages)
  } catch {
    // What a template raises is its own word; callers name the row (tokenize-row.ts).
  }
}

/** Words of letters, for templates: thousands of them are built. */
export const SMALL_TOKENIZER = {
  tokenizerJson: JSON.stringify({
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] },
  }),
  tokenizerConfig: JSON.stringify({ eos_token: 'a' }),
  generationConfig: null,
}
