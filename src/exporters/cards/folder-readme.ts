import type { FileFolder } from '../../contracts/bytes'
import type { ExportSettings } from '../../contracts/exports'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../../contracts/file-names'
import { PROJECTIONS } from '../../contracts/model'
import { fail } from '../../errors/index'
import { readPeftConfig } from '../../formats/peft-config'
import { openSafetensors } from '../../formats/safetensors'
import { readLicense } from '../../model/opening/license'
import type { RunFacts } from '../../run-file/run-facts'
import { runNames } from '../names'
import { adapterReadme } from './adapter-readme'
import { peftClients } from './clients'

/**
 * The model card of a PEFT folder that was written here, from its own files: needs neither the model nor a GPU. Throws
 * what is missing or broken there ('adapter-no-config', 'adapter-no-weights', 'config-field').
 */
export async function readmeOfFolder(folder: FileFolder, settings: ExportSettings, facts?: RunFacts): Promise<string> {
  const config = await readPeftConfig(folder)
  const weights = await folder.open(ADAPTER_WEIGHTS)
  if (!config) throw fail('adapter-no-config', { folder: folder.name })
  if (!weights) throw fail('adapter-no-weights', { folder: folder.name, bin: false })
  const { r, lora_alpha, lora_dropout, use_rslora, targets } = config
  if (r === null) throw fail('config-field', { file: ADAPTER_CONFIG, field: 'r', value: 'null', expected: 'whole' })
  const { tensors } = await openSafetensors(weights)
  const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + shape.reduce((all, n) => all * n, 1), 0)
  const target_modules = PROJECTIONS.filter((projection) => targets?.includes(projection))
  const lora = { r, lora_alpha, lora_dropout, use_rslora, target_modules }
  const baseModel = config.baseModel ?? ''
  // The card that it came with is the only place here that knows the base model's licence.
  const license = await readLicense(folder, new Set(['README.md']))
  const name = baseModel.split('/').at(-1)!
  const names = runNames({ opened: { name }, adapter: lora, baseModel }, settings)
  const about = { baseModel, license, lora, parameters, facts }
  return adapterReadme(about, 'peft', peftClients(names, lora), settings.words)
}
