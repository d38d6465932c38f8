import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { once } from 'node:events'
import type { FileFolder } from '../../contracts/bytes'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, RUN_FILE } from '../../contracts/file-names'
import { fail } from '../../errors'
import { readText, subFolder } from '../../formats/folders'
import { intoFile } from '../../formats/into-file'
import { damagedFile, MANIFEST, readManifest } from '../../formats/manifest'
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
import { crc32, zipDirectory, zipHeader } from '../../formats/zip'
import { nodeFile, writableNodeFolder } from '../../storage/node/node-folder'
import type { Command } from './command'
import { folderAt, makeOut } from './inputs'

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
    const folder = await packed(run, place)
    const draft = `${out}.part`
    try {
      const bytes = await writeZip(folder, draft)
      await rename(draft, out)
      terminal.json({ out, files: (await folder.list()).length, bytes })
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
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
    const source = await nodeFile(path).catch(() => {
      throw fail('cli-file-missing', { option: '--file', path })
    })
    const found = await openRunPack(source)
    if (!found) throw fail('run-pack-none', { file: basename(path) })
    await makeOut(out, { '--file': dirname(path) === out ? out : undefined }, root)
    const into = writableNodeFolder(out)
    const files = await found.folder.list()
    for (const one of files) {
      const from = (await found.folder.open(one.path))!
      await intoFile(into, one.path, async (sink) => {
        for (let at = 0; at < from.size; at += PIECE)
          await sink.write(await from.read(at, Math.min(PIECE, from.size - at)))
        await sink.close()
      })
    }
    terminal.json({ name: found.name, out, files })
  },
}

/** What of a run's folder goes along, as one folder. Throws 'run-pack-nothing' where there is no adapter. */
async function packed(run: FileFolder, place: string): Promise<FileFolder> {
  const adapter = subFolder(run, 'adapter')
  const config = await readPeftConfig(adapter)
  const weights = await adapter.open(ADAPTER_WEIGHTS)
  if (!config || !weights) throw fail('run-pack-nothing', { folder: place })
  const manifest = await readManifest(adapter)
  const damaged = manifest && (await damagedFile(adapter, manifest))
  if (damaged) throw fail('adapter-damaged', { folder: join(place, 'adapter'), file: damaged })
  const name = basename(run.name)
  const state = JSON.parse((await readText(run, TRAINER_STATE)) ?? '{}') as Record<string, unknown>
  const base = config.baseModel ?? ''
  // A path of this machine is nobody's business elsewhere: the last part of it names the model.
  const model = { id: base.split('/').slice(-2).join('/'), name: base.split('/').at(-1), source: 'files' }
  const record = { name, model, steps: state.global_step, plannedSteps: state.max_steps, reason: reasonOf(state) }
  // One that came out of such a file keeps what it said: curve, answers, log.
  const known = (await packedJson(run, RUN_RECORD)) as object | null
  const texts = new MemoryFolder(name)
  const put = async (path: string, text: string) => {
    const sink = await texts.create(path)
    await sink.write(new TextEncoder().encode(text))
    await sink.close()
  }
  await put(RUN_RECORD, `${JSON.stringify(known ?? record, null, 2)}\n`)
  await put(TRAINER_STATE, `${JSON.stringify(state, null, 2)}\n`)
  await put(RUN_FILE, (await readText(run, RUN_FILE)) ?? (await readText(adapter, RUN_FILE)) ?? '{}\n')
  const own = (await adapter.list()).filter(({ path }) => isOfAdapter(path))
  const all: FileFolder = {
    name,
    list: async () => [
      ...(await texts.list()),
      ...own.map(({ path, size }) => ({ path: `${ADAPTER_FOLDER}${path}`, size })),
    ],
    open: (path) =>
      path.startsWith(ADAPTER_FOLDER) ? adapter.open(path.slice(ADAPTER_FOLDER.length)) : texts.open(path),
  }
  const bytes = await runPackManifest(name, all)
  const sink = await texts.create(MANIFEST)
  await sink.write(bytes)
  await sink.close()
  return all
}

const reasonOf = ({ global_step: done, max_steps: planned }: Record<string, unknown>) =>
  typeof done === 'number' && typeof planned === 'number' && done < planned ? 'stopped' : 'finished'

/** PEFT's two files, tokenizer and template, README and settings: what an export writes, nothing that lies beside. */
const isOfAdapter = (path: string) =>
  [ADAPTER_CONFIG, ADAPTER_WEIGHTS, RUN_FILE, MANIFEST, 'README.md', 'chat_template.jinja'].includes(path) ||
  /^(tokenizer|special_tokens|vocab|merges|added_tokens)[\w.]*$/.test(path)

async function writeZip(folder: FileFolder, path: string): Promise<number> {
  const stream = createWriteStream(path)
  const opened = once(stream, 'open')
  const write = async (bytes: Uint8Array) => {
    if (!stream.write(bytes)) await once(stream, 'drain')
  }
  await opened
  const entries = []
  for (const { path: name } of await folder.list()) {
    const source = (await folder.open(name))!
    const bytes = await source.read(0, source.size)
    const entry = { path: name, size: bytes.length, crc32: crc32(bytes) }
    entries.push(entry)
    await write(zipHeader(entry))
    await write(bytes)
  }
  await write(zipDirectory(entries))
  stream.end()
  await once(stream, 'close')
  return stream.bytesWritten
}
