import { basename, dirname, join } from 'node:path'
import type { ByteSink, ByteSource, FileFolder, WritableFolder } from '../../contracts/bytes'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, RUN_FILE } from '../../contracts/file-names'
import { fail } from '../../errors'
import { baseWithoutPath } from '../../formats/base-name'
import { readText, subFolder } from '../../formats/folders'
import { intoFile, writeText } from '../../formats/into-file'
import { damagedFile, MANIFEST, readManifest, withManifest } from '../../formats/manifest'
import { MemoryFolder } from '../../formats/memory-folder'
import { readPeftConfig } from '../../formats/peft-config'
import {
  ADAPTER_FOLDER,
  openRunPack,
  packedJson,
  RUN_RECORD,
  runPackManifest,
  TRAINER_STATE,
} from '../../formats/run-pack'
import { sha256Of } from '../../formats/sha256'
import { writeWhole } from '../../formats/whole-folder'
import { crc32, zipDirectory, zipHeader } from '../../formats/zip'
import { nodeFolder, nodePlace, writableNodeFolder } from '../../storage/node/node-folder'
import type { Command } from './command'
import { folderAt, makeOut } from './inputs'
import { takeFolder } from './results'
import { INPUTS } from './run-inputs'

/** Bytes of a file that are held at a time. */
const PIECE = 1 << 20

export const packCommand: Command = {
  summary: 'Pack a run as one file: curve, settings, adapter, and a hash of each. The page opens it, too.',
  options: {
    run: { value: 'DIR', required: true, help: "a run's --out" },
    out: { value: 'FILE', required: true, help: 'zip to write, such as run.tunetab-run.zip' },
  },
  async run({ options, terminal, root }) {
    const [place, out] = [options.run as string, options.out as string]
    const run = await folderAt('--run', place, root)
    await makeOut(dirname(out), {}, root)
    const folder = await packed(run, place)
    const into = writableNodeFolder(dirname(out))
    const bytes = await intoFile(into, basename(out), (sink) => writeZip(folder, sink))
    terminal.json({ out, files: (await folder.list()).length, bytes })
  },
}

export const unpackCommand: Command = {
  summary: 'Open a run that was packed, here or on the page; every file is compared with its hash.',
  options: {
    file: { value: 'FILE', required: true, help: 'zip of "tune pack" or of the room Runs' },
    out: { value: 'DIR', required: true, help: 'gets adapter/, trainer_state.json, run.json and record.json' },
  },
  async run({ options, terminal, root }) {
    const [path, out] = [options.file as string, options.out as string]
    const source = await nodeFolder(dirname(path)).open(basename(path))
    if (!source) throw fail('cli-file-missing', { option: '--file', path })
    const found = await openRunPack(source)
    if (!found) throw fail('pack-none', { file: basename(path) })
    await makeOut(out, { '--file': dirname(path) }, root)
    takeFolder(out, 'tune unpack', terminal)
    const other = await otherRun(nodeFolder(out), found.folder)
    if (other !== null) throw fail('cli-out-other-run', { out, file: other })
    const files = await found.folder.list()
    const ofAdapter = files.filter(({ path: one }) => isInAdapter(one) && one !== ADAPTER_FOLDER + MANIFEST)
    if (ofAdapter.length > 0)
      await writeWhole(nodePlace(out), basename(ADAPTER_FOLDER), (draft) =>
        // A manifest of its own: one that was packed may name files that were left where it came from.
        withManifest(draft, {}, async (into) => {
          for (const one of ofAdapter) await copy(found.folder, one.path, into, one.path.slice(ADAPTER_FOLDER.length))
        }),
      )
    const into = writableNodeFolder(out)
    for (const one of files) if (!isInAdapter(one.path)) await copy(found.folder, one.path, into, one.path)
    terminal.json({ name: found.name, out, files })
  },
}

const isInAdapter = (path: string) => path.startsWith(ADAPTER_FOLDER)

/**
 * The first file of a run in a folder that is not as the packed one has it; null where there is none. What an unpacking
 * left that was broken off is the same run's.
 */
async function otherRun(out: FileFolder, pack: FileFolder): Promise<string | null> {
  for (const { path, size } of await out.list()) {
    const isOfRun =
      [RUN_RECORD, TRAINER_STATE, RUN_FILE, INPUTS].includes(path) || /^(adapter|checkpoint-\d+)\//.test(path)
    if (!isOfRun || path === ADAPTER_FOLDER + MANIFEST) continue
    const [here, there] = await Promise.all([out.open(path), pack.open(path)])
    if (!here || !there || there.size !== size || (await sha256Of(here)) !== (await sha256Of(there))) return path
  }
  return null
}

async function copy(from: FileFolder, path: string, into: WritableFolder, as: string): Promise<void> {
  const source = (await from.open(path))!
  await intoFile(into, as, async (sink) => {
    for await (const piece of pieces(source)) await sink.write(piece)
    await sink.close()
  })
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE) yield source.read(at, Math.min(PIECE, source.size - at))
}

/** What of a run's folder goes along, as one folder. Throws 'pack-nothing' where there is no adapter. */
async function packed(run: FileFolder, place: string): Promise<FileFolder> {
  const adapter = subFolder(run, 'adapter')
  const config = await readPeftConfig(adapter)
  const weights = await adapter.open(ADAPTER_WEIGHTS)
  if (!config || !weights) throw fail('pack-nothing', { folder: place })
  const manifest = await readManifest(adapter)
  const damaged = manifest && (await damagedFile(adapter, manifest))
  if (damaged) throw fail('adapter-damaged', { folder: join(place, 'adapter'), file: damaged })
  const name = basename(run.name)
  const state = await stateOf(run)
  const base = baseWithoutPath(config.baseModel ?? '')
  const model = { id: base, name: base.split('/').at(-1), source: 'files' }
  const record = { name, model, steps: state.global_step, plannedSteps: state.max_steps, reason: reasonOf(state) }
  // One that came out of such a file keeps what it said: curve, answers, log.
  const known = (await packedJson(run, RUN_RECORD)) as object | null
  const texts = new MemoryFolder(name)
  const put = (path: string, text: string) => writeText(texts, path, text)
  await put(RUN_RECORD, `${JSON.stringify(known ?? record, null, 2)}\n`)
  await put(TRAINER_STATE, `${JSON.stringify(state, null, 2)}\n`)
  await put(RUN_FILE, (await readText(run, RUN_FILE)) ?? (await readText(adapter, RUN_FILE)) ?? '{}\n')
  if (base !== (config.baseModel ?? '')) {
    const said = JSON.parse((await readText(adapter, ADAPTER_CONFIG))!) as Record<string, unknown>
    const text = JSON.stringify({ ...said, base_model_name_or_path: base }, null, 2)
    await put(ADAPTER_FOLDER + ADAPTER_CONFIG, `${text}\n`)
  }
  const own = (await adapter.list())
    .filter(({ path }) => isOfAdapter(path) && !texts.files.has(ADAPTER_FOLDER + path))
    .map(({ path, size }) => ({ path: ADAPTER_FOLDER + path, size }))
  const all: FileFolder = {
    name,
    list: async () => [...(await texts.list()), ...own],
    open: async (path) =>
      (await texts.open(path)) ?? (isInAdapter(path) ? adapter.open(path.slice(ADAPTER_FOLDER.length)) : null),
  }
  await put(MANIFEST, new TextDecoder().decode(await runPackManifest(name, all)))
  return all
}

/** trainer_state.json, {} where there is none. Throws 'json-invalid', 'json-not-object'. */
async function stateOf(run: FileFolder): Promise<Record<string, unknown>> {
  const text = (await readText(run, TRAINER_STATE)) ?? '{}'
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch (error) {
    throw fail('json-invalid', { file: TRAINER_STATE, reason: (error as Error).message }, error)
  }
  if (typeof state !== 'object' || state === null || Array.isArray(state))
    throw fail('json-not-object', { file: TRAINER_STATE })
  return state as Record<string, unknown>
}

const reasonOf = ({ global_step: done, max_steps: planned }: Record<string, unknown>) =>
  typeof done === 'number' && typeof planned === 'number' && done < planned ? 'stopped' : 'finished'

/**
 * PEFT's two files, tokenizer and template, README and settings: what an export writes, nothing that lies beside. Not
 * its manifest, which the pack's own stands for.
 */
const isOfAdapter = (path: string) =>
  [ADAPTER_CONFIG, ADAPTER_WEIGHTS, RUN_FILE, 'README.md', 'chat_template.jinja'].includes(path) ||
  /^(tokenizer|special_tokens|vocab|merges|added_tokens)[\w.]*$/.test(path)

/** Writes the archive and closes it. Returns its bytes. */
async function writeZip(folder: FileFolder, sink: ByteSink): Promise<number> {
  let bytes = 0
  const write = async (chunk: Uint8Array) => {
    bytes += chunk.length
    await sink.write(chunk)
  }
  const entries = []
  for (const { path } of await folder.list()) {
    const source = (await folder.open(path))!
    // Read twice: the checksum stands before the bytes.
    let sum = 0
    for await (const piece of pieces(source)) sum = crc32(piece, sum)
    const entry = { path, size: source.size, crc32: sum }
    entries.push(entry)
    await write(zipHeader(entry))
    for await (const piece of pieces(source)) await write(piece)
  }
  await write(zipDirectory(entries))
  await sink.close()
  return bytes
}
