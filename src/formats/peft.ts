import { fail } from '../errors'
import type { LinearModule, Projection } from '../contracts/model'
import { PROJECTIONS } from '../contracts/model'
import type { FileFolder, WritableFolder } from '../contracts/bytes'
import { fromFloat32, isFloatDtype, toFloat32 } from './floats'
import type { FloatDtype } from './floats'
import { intoFile, writeText } from './into-file'
import { damagedFile, readManifest } from './manifest'
import { pythonJson } from './python-json'
import { openSafetensors, SafetensorsWriter, tensorBytes } from './safetensors'
import type { SafetensorsFile } from './safetensors'
import type { LoraConfig, LoraPair } from '../contracts/lora'
import { loraScale } from './lora-scale'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../contracts/file-names'

export interface PeftAdapter {
  lora: LoraConfig
  /** One for every layer and target module, layer by layer. */
  pairs: LoraPair[]
  baseModel: string | null
}

/**
 * Write `adapter_config.json` and `adapter_model.safetensors` as PEFT does. The configuration holds only keys that PEFT
 * 0.10 knows, since it raises TypeError on any other; PEFT 0.21 fills in the rest. Returns the bytes of each file.
 * @param pathOf the base model's name of a linear, without ".weight"
 */
export async function writePeft(
  out: WritableFolder,
  adapter: PeftAdapter,
  pathOf: (layer: number, projection: Projection) => string,
): Promise<{ path: string; bytes: number }[]> {
  const tensors = adapter.pairs.flatMap((pair) => {
    const path = `${PREFIX}${pathOf(pair.layer, pair.projection)}`
    return [
      { name: `${path}.lora_A.weight`, dtype: 'F32' as const, shape: [pair.r, pair.inFeatures], values: pair.A },
      { name: `${path}.lora_B.weight`, dtype: 'F32' as const, shape: [pair.outFeatures, pair.r], values: pair.B },
    ]
  })
  for (const tensor of tensors) {
    if (tensor.values.byteLength !== tensorBytes(tensor))
      throw new RangeError(`${tensor.name}: ${tensor.values.length} values`)
  }
  const weights = await intoFile(out, ADAPTER_WEIGHTS, async (sink) => {
    const writer = await SafetensorsWriter.create(sink, tensors)
    for (const { values } of tensors) await writer.write(fromFloat32(values, 'F32'))
    await writer.close()
    return { path: ADAPTER_WEIGHTS, bytes: writer.written }
  })
  return [weights, await writeText(out, ADAPTER_CONFIG, pythonJson(peftConfig(adapter)))]
}

/** The object of adapter_config.json, keys sorted as PEFT sorts them. */
export function peftConfig({ lora, baseModel }: Pick<PeftAdapter, 'lora' | 'baseModel'>): Record<string, unknown> {
  return {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.lora_alpha,
    lora_dropout: lora.lora_dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: lora.r,
    rank_pattern: {},
    revision: null,
    target_modules: [...lora.target_modules],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: lora.use_rslora,
  }
}

/**
 * Read a PEFT LoRA adapter for the model that has these linears: f32, f16 or bf16, with or without an adapter name in
 * the tensors' names. The tensors that are there say which modules are adapted.
 *
 * `rank_pattern` and `alpha_pattern` are honoured: pairs of lower rank are padded with zeros and a module's own scale
 * is folded into its B, so that one r and one lora_alpha describe them all. Layers that the adapter leaves out (PEFT's
 * `layers_to_transform`) get pairs of zeros, which add nothing and stay zero under training.
 */
export async function readPeft(folder: FileFolder, linears: readonly LinearModule[]): Promise<PeftAdapter> {
  await checkBytes(folder)
  const config = await readConfig(folder)
  const file = await openWeights(folder)
  const modules = await readModules(file, linears)
  if (modules.length === 0) throw fail('adapter-empty', { folder: folder.name })
  const targets = PROJECTIONS.filter((projection) => modules.some((module) => module.projection === projection))
  checkCoverage(config, targets, folder.name)

  const r = Math.max(...modules.map((module) => module.r))
  const use_rslora = config.use_rslora === true
  const lora_alpha = number(config.lora_alpha, 'lora_alpha')
  const lora_dropout = typeof config.lora_dropout === 'number' ? config.lora_dropout : 0
  const lora: LoraConfig = { r, lora_alpha, lora_dropout, target_modules: targets, use_rslora }

  const byKey = new Map(modules.map((module) => [`${module.layer}.${module.projection}`, module]))
  const alphas = patterns(config.alpha_pattern)
  const pairs: LoraPair[] = []
  for (const linear of linears.filter(({ projection }) => targets.includes(projection))) {
    const module = byKey.get(`${linear.layer}.${linear.projection}`) ?? zeroPair(linear, r)
    const alpha = alphas.find(([pattern]) => pattern.test(linear.path))?.[1] ?? lora_alpha
    const own = loraScale({ r: module.r, lora_alpha: alpha, use_rslora })
    pairs.push(widen(module, r, own / loraScale(lora)))
  }
  const baseModel = typeof config.base_model_name_or_path === 'string' ? config.base_model_name_or_path : null
  return { lora, pairs, baseModel }
}

/** An adapter that was written here says what its bytes are. */
async function checkBytes(folder: FileFolder): Promise<void> {
  const manifest = await readManifest(folder)
  const damaged = manifest && (await damagedFile(folder, manifest, [ADAPTER_CONFIG, ADAPTER_WEIGHTS]))
  if (damaged) throw fail('adapter-damaged', { folder: folder.name, file: damaged })
}

async function readConfig(folder: FileFolder): Promise<Record<string, unknown>> {
  const source = await folder.open(ADAPTER_CONFIG)
  if (!source) throw fail('adapter-no-config', { folder: folder.name })
  let config: Record<string, unknown>
  try {
    config = JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as Record<string, unknown>
  } catch (error) {
    throw fail('json-invalid', { file: ADAPTER_CONFIG, reason: (error as Error).message }, error)
  }
  const refuse = (field: string, works: string) => {
    throw fail('adapter-option', { field, value: JSON.stringify(config[field]), works })
  }
  // A missing peft_type is written by some trainers that know LoRA alone.
  if ((config.peft_type ?? 'LORA') !== 'LORA') refuse('peft_type', '"LORA"')
  if ((config.bias ?? 'none') !== 'none') refuse('bias', '"none"')
  if (Array.isArray(config.modules_to_save) && config.modules_to_save.length > 0) refuse('modules_to_save', 'null')
  for (const [field, works] of Object.entries(OTHER_ARITHMETIC)) if (config[field]) refuse(field, works)
  if (!keepsBase(config.init_lora_weights)) refuse('init_lora_weights', 'true')
  return config
}

/** Fields with which the same tensors mean something else than W + scale B A, and the value that means nothing. */
const OTHER_ARITHMETIC: Record<string, string> = {
  use_dora: 'false',
  fan_in_fan_out: 'false',
  use_qalora: 'false',
  lora_bias: 'false',
  layer_replication: 'null',
  alora_invocation_tokens: 'null',
  arrow_config: 'null',
  kasa_config: 'null',
  monteclora_config: 'null',
  use_bdlora: 'null',
}

/**
 * Whether A and B began beside an untouched base: PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA subtract their start from it,
 * in PEFT at every load, too.
 */
function keepsBase(init: unknown): boolean {
  return typeof init !== 'string' || ['gaussian', 'orthogonal', 'eva', 'mica'].includes(init.toLowerCase())
}

async function openWeights(folder: FileFolder): Promise<SafetensorsFile> {
  const source = await folder.open(ADAPTER_WEIGHTS)
  if (source) return openSafetensors(source)
  throw fail('adapter-no-weights', { folder: folder.name, bin: (await folder.open('adapter_model.bin')) !== null })
}

/** What PEFT puts before the base model's own names. */
const PREFIX = 'base_model.model.'

/** PEFT 0.10 and later leave the adapter's name (".default") out; some trainers keep it, and some drop the prefix. */
const NAME = /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.\w+)?\.weight$/

async function readModules(file: SafetensorsFile, linears: readonly LinearModule[]): Promise<LoraPair[]> {
  const byPath = new Map(linears.map((linear) => [linear.path, linear]))
  const found = new Map<LinearModule, { A?: string; B?: string }>()
  for (const name of file.tensors.keys()) {
    const match = NAME.exec(name)
    const linear = match && byPath.get(match[1])
    if (!match || !linear) throw unknownTensor(name, match?.[1], linears)
    const entry = found.get(linear) ?? {}
    entry[match[2] as 'A' | 'B'] = name
    found.set(linear, entry)
  }
  const pairs: LoraPair[] = []
  for (const [{ path, layer, projection, outFeatures, inFeatures }, { A, B }] of found) {
    if (!A || !B) throw fail('adapter-half', { module: path, missing: A ? 'lora_B' : 'lora_A' })
    const r = file.tensors.get(A)!.shape[0]
    expectShape(file, A, [r, inFeatures])
    expectShape(file, B, [outFeatures, r])
    pairs.push({
      layer,
      projection,
      r,
      inFeatures,
      outFeatures,
      A: await readFloats(file, A),
      B: await readFloats(file, B),
    })
  }
  return pairs
}

/** A linear of a layer that the model does not have, or none at all. */
function unknownTensor(tensor: string, path: string | undefined, linears: readonly LinearModule[]): Error {
  const layer = /\d+/.exec(path ?? '')
  const inFirstLayer = layer && path!.replace(layer[0], '0')
  if (!linears.some((linear) => linear.path === inFirstLayer)) return fail('adapter-unknown-tensor', { tensor })
  return fail('adapter-layers', { layer: Number(layer![0]), layers: linears.at(-1)!.layer + 1 })
}

function expectShape(file: SafetensorsFile, name: string, expected: number[]): void {
  const { shape } = file.tensors.get(name)!
  if (shape.join() !== expected.join()) {
    throw fail('adapter-shape', { tensor: name, shape: shape.join(', '), expected: expected.join(', ') })
  }
}

async function readFloats(file: SafetensorsFile, name: string): Promise<Float32Array> {
  const info = file.tensors.get(name)!
  if (!isFloatDtype(info.dtype)) throw fail('model-tensor-dtype', { tensor: name, dtype: info.dtype })
  return toFloat32(await file.read(name, 0, info.bytes), info.dtype as FloatDtype)
}

/**
 * A list names modules by their last part; a regular expression, "all-linear" or a list less `exclude_modules` cannot
 * be checked so simply.
 */
function checkCoverage(config: Record<string, unknown>, found: Projection[], folder: string): void {
  if (!Array.isArray(config.target_modules) || hasEntries(config.exclude_modules)) return
  const missing = config.target_modules.filter((name) => !found.some((projection) => String(name).endsWith(projection)))
  if (missing.length > 0) throw fail('adapter-missing-modules', { folder, modules: missing.join(', ') })
}

const hasEntries = (value: unknown) => (typeof value === 'string' || Array.isArray(value)) && value.length > 0

function number(value: unknown, field: string): number {
  if (typeof value === 'number' && value > 0) return value
  throw fail('config-field', { file: ADAPTER_CONFIG, field, value: JSON.stringify(value) ?? '', expected: 'positive' })
}

/** PEFT matches a key as a regular expression against the end of the module's path, after a dot. */
function patterns(value: unknown): [RegExp, number][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([key, alpha]) => [
    new RegExp(`^(?:.*\\.)?(?:${key})$`),
    number(alpha, `alpha_pattern.${key}`),
  ])
}

function zeroPair({ layer, projection, outFeatures, inFeatures }: LinearModule, r: number): LoraPair {
  const A = new Float32Array(r * inFeatures)
  return { layer, projection, r, inFeatures, outFeatures, A, B: new Float32Array(outFeatures * r) }
}

/** The same product of B and A times `factor`, with rank r: rows of zeros below A, columns of zeros right of B. */
function widen(pair: LoraPair, r: number, factor: number): LoraPair {
  if (pair.r === r && factor === 1) return pair
  const A = new Float32Array(r * pair.inFeatures)
  A.set(pair.A)
  const B = new Float32Array(pair.outFeatures * r)
  for (let row = 0; row < pair.outFeatures; row++) {
    for (let k = 0; k < pair.r; k++) B[row * r + k] = pair.B[row * pair.r + k] * factor
  }
  return { ...pair, r, A, B }
}
