import { join } from 'node:path'
import type { HandoverData } from '../../contracts/exports'
import { isChosen } from '../../data/mapping'
import { openData, tokenizerOf } from '../../engine/core/open-data'
import { fail } from '../../errors'
import { writeHandover } from '../../exporters/handover/write-handover'
import { withManifest } from '../../formats/manifest'
import { writeWhole } from '../../formats/whole-folder'
import { openModelFolder } from '../../model/opening/open-model'
import { nodePlace } from '../../storage/node/node-folder'
import { findCheckpoint } from '../../train/find-checkpoint'
import type { Command } from './command'
import { dataAt, dataOptions, dataOptionSpecs, tellData } from './data'
import { folderAt, makeOut } from './inputs'
import type { Options } from './options'
import { takeFolder } from './results'
import { readInputs } from './run-inputs'

const optional = ({ value, help }: (typeof dataOptionSpecs)[string]) => ({ value, help })

/** Needs no GPU: the checkpoint's files, the rows as ids and as they were, and a few texts. */
export const handoverCommand: Command = {
  summary: 'Write a project that goes on with a run on larger machines, with TRL, PEFT and accelerate.',
  options: {
    run: { value: 'DIR', required: true, help: "a run's --out, or one checkpoint-N folder of it" },
    out: { value: 'DIR', required: true, help: 'folder to write the project into' },
    model: { value: 'DIR', help: 'the base model\'s folder, or "builtin" (that of the run)' },
    'base-id': { value: 'ID', help: 'what the base model is called there: a hub id or a path (its folder here)' },
    rows: {
      value: 'KIND',
      help: '"ready" (as ids and labels), "raw" (the data file, prepared there), or "both" (default)',
    },
    'data-id': { value: 'ID', help: 'the set on a hub that --data is a copy of, named in place of the file' },
    'data-split': { value: 'NAME', help: 'its split (train)' },
    ...Object.fromEntries(Object.entries(dataOptionSpecs).map(([name, spec]) => [name, optional(spec)])),
  },
  async run({ options, terminal, root }) {
    const [place, out] = [options.run as string, options.out as string]
    const going = goingAlong(options)
    const run = await folderAt('--run', place, root)
    const given: Options = { ...(await readInputs(place)), ...(await readInputs(join(place, '..'))), ...options }
    for (const name of ['model', 'data'] as const)
      if (given[name] === undefined) throw fail('handover-input-unknown', { option: `--${name}`, run: place })
    const found = await findCheckpoint(run)
    for (const note of found.notes) terminal.warning(note)
    const modelFolder = await folderAt('--model', given.model as string, root)
    await makeOut(out, { '--run': place, '--model': given.model as string }, root)
    takeFolder(out, 'tune handover', terminal)
    const opened = await openModelFolder(modelFolder)
    const options_ = dataOptions(found.facts.run, given)
    const source = await dataAt(given)
    const data = await openData(source, await tokenizerOf(opened), opened.config, options_, terminal.progress)
    tellData(data.facts, found.facts.run, terminal)
    const model = (options['base-id'] as string | undefined) ?? folderName(given.model as string, root)
    const { rows, facts } = data
    const made = { source, facts, isChosen: isChosen(options_.mapping), ...going }
    const { value: written } = await writeWhole(nodePlace(out), '', (folder) =>
      withManifest(folder, {}, (into) => writeHandover({ found, opened, rows, data: made, model }, into)),
    )
    terminal.json({ out, ...written })
  },
}

const KINDS = ['both', 'ready', 'raw'] as const

function goingAlong(options: Options): HandoverData {
  const value = (options.rows as string | undefined) ?? 'both'
  const along = KINDS.find((kind) => kind === value)
  if (along === undefined) throw fail('cli-option-value', { option: '--rows', value, expected: KINDS.join(', ') })
  const split = (options['data-split'] as string | undefined) ?? 'train'
  return { along, id: (options['data-id'] as string | undefined) ?? null, split }
}

const folderName = (model: string, root: string) => (model === 'builtin' ? join(root, 'public/demo-model') : model)
