import { fail } from '../errors'
import type { FileFolder } from '../contracts/bytes'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../contracts/file-names'
import type { LoraConfig, LoraPair } from '../contracts/lora'
import { PROJECTIONS, type LinearModule, type Projection } from '../contracts/model'
import { adapterKind, PEFT_PREFIX, readAdapterName } from './adapter-names'
import { isFloatDtype, toFloat32, type FloatDtype } from './floats'
import { loraScale } from './lora-scale'
import { damagedFile, readManifest } from './manifest'
import type { PeftAdapter } from './peft'
import { readPeftConfig, type PeftSettings } from './peft-config'
import { openSafetensors, type SafetensorsFile } from './safetensors'

/**
 * Read a PEFT LoRA adapter for the model that has these linears: f32, f16 or bf16, with or without an adapter name in
 * the tensors' names, whatever wrapped the model when it was saved. The tensors that are there say which modules are
 * adapted; where configuration and tensors contradict each other ('adapter-rank') nothing is guessed.
 *
 * `rank_pattern` and `alpha_pattern` are honoured: pairs of lower rank are padded with zeros and a module's own scale
 * is folded into its B, so that one r and one lora_alpha describe them all. Layers that the adapter leaves out (PEFT's
 * `layers_to_transform`) get pairs of zeros, which add nothing and stay zero under training.
 */
export async function readPeft(folder: FileFolder, linears: readonly LinearModule[]): Promise<PeftAdapter> {
  await checkBytes(folder)
  const settings = await readPeftConfig(folder)
  if (!settings) throw fail('adapter-no-config', { folder: folder.name })
  const file = await openWeights(folder)
  const modules = await readModules(file, linears, settings)
  if (modules.length === 0) throw fail('adapter-empty', { folder: folder.name })
  const targets = PROJECTIONS.filter((projection) => modules.some((module) => module.projection === projection))
  checkCoverage(settings, targets, folder.name)

  const r = Math.max(...modules.map((module) => module.r))
  const { lora_alpha, lora_dropout, use_rslora, alphas, baseModel } = settings
  const lora: LoraConfig = { r, lora_alpha, lora_dropout, target_modules: targets, use_rslora }

  const byKey = new Map(modules.map((module) => [`${module.layer}.${module.projection}`, module]))
  const pairs: LoraPair[] = []
  for (const linear of linears.filter(({ projection }) => targets.includes(projection))) {
    const module = byKey.get(`${linear.layer}.${linear.projection}`) ?? zeroPair(linear, r)
    const own = loraScale({ r: module.r, lora_alpha: alphas(linear.path) ?? lora_alpha, use_rslora })
    pairs.push(widen(module, r, own / loraScale(lora)))
  }
  return { lora, pairs, baseModel }
}

/** An adapter that was written here says what its bytes are. */
async function checkBytes(folder: FileFolder): Promise<void> {
  const manifest = await readManifest(folder)
  const damaged = manifest && (await damagedFile(folder, manifest, [ADAPTER_CONFIG, ADAPTER_WEIGHTS]))
  if (damaged) throw fail('adapter-damaged', { folder: folder.name, file: damaged })
}

/** Under its own name, or the only file beside it whose tensors are an adapter's: downloads and people rename files. */
async function openWeights(folder: FileFolder): Promise<SafetensorsFile> {
  const named = await folder.open(ADAPTER_WEIGHTS)
  const candidates = named ? [named] : await safetensorsOf(folder)
  const opened: { file: SafetensorsFile; kind: ReturnType<typeof adapterKind> }[] = []
  for (const source of candidates) {
    const file = await openSafetensors(source)
    const kind = adapterKind(file.tensors.keys())
    if (named || kind) opened.push({ file, kind })
  }
  if (opened.length !== 1)
    throw fail('adapter-no-weights', { folder: folder.name, bin: (await folder.open('adapter_model.bin')) !== null })
  const [{ file, kind }] = opened
  if (kind === 'mlx' || kind === 'kohya') throw fail('adapter-foreign', { folder: folder.name, kind })
  return file
}

async function safetensorsOf(folder: FileFolder) {
  const paths = (await folder.list()).map(({ path }) => path).filter((path) => /^[^/]+\.safetensors$/.test(path))
  const sources = await Promise.all(paths.map((path) => folder.open(path)))
  return sources.filter((source) => source !== null)
}

async function readModules(
  file: SafetensorsFile,
  linears: readonly LinearModule[],
  settings: PeftSettings,
): Promise<LoraPair[]> {
  const byPath = new Map(linears.map((linear) => [linear.path, linear]))
  const found = new Map<LinearModule, { A?: string; B?: string }>()
  for (const tensor of file.tensors.keys()) {
    const name = readAdapterName(tensor)
    // An adapter that was trained on the model without its head lacks the head's "model.".
    const linear = name && (byPath.get(name.path) ?? byPath.get(`model.${name.path}`))
    if (!name || !linear) throw unknownTensor(tensor, name?.path, linears)
    const entry = found.get(linear) ?? {}
    if (entry[name.side])
      throw fail('adapter-twice', { module: linear.path, tensors: `${entry[name.side]}, ${tensor}` })
    entry[name.side] = tensor
    found.set(linear, entry)
  }
  const pairs: LoraPair[] = []
  for (const [{ path, layer, projection, outFeatures, inFeatures }, { A, B }] of found) {
    if (!A || !B) throw fail('adapter-half', { module: path, missing: A ? 'lora_B' : 'lora_A' })
    const r = rankOf(file, A, path, settings)
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

/** Rows of A, which must be what the configuration says of this module where it says anything. */
function rankOf(file: SafetensorsFile, A: string, path: string, { r, ranks }: PeftSettings): number {
  const rank = file.tensors.get(A)!.shape[0] ?? 0
  const said = ranks(path) ?? r
  if (rank === 0 || (said !== null && said !== rank)) throw fail('adapter-rank', { tensor: A, rank, said: said ?? 0 })
  return rank
}

/** A linear of a layer that the model does not have, or none at all. */
function unknownTensor(tensor: string, path: string | undefined, linears: readonly LinearModule[]): Error {
  if (tensor.includes('lora_magnitude_vector'))
    return fail('adapter-option', { field: 'use_dora', value: 'true', works: 'false' })
  const layer = /(?<=layers\.)\d+/.exec(path ?? '')
  const place = layer && path!.slice(0, layer.index) + path!.slice(layer.index).replace(layer[0], '0')
  if (place && linears.some((linear) => linear.path === place || linear.path === `model.${place}`))
    return fail('adapter-layers', { layer: Number(layer[0]), layers: linears.at(-1)!.layer + 1 })
  // The right module under other names before it: what is wrong is the naming.
  const tail = /layers\.\d+\.(?:self_attn|mlp)\.\w+$/.exec(path ?? '')?.[0].replace(/\d+/, '0')
  const meant = tail && linears.find((linear) => linear.path.endsWith(`.${tail}`))
  if (meant) return fail('adapter-naming', { tensor, expected: `${PEFT_PREFIX}${meant.path}.lora_A.weight` })
  return fail('adapter-unknown-tensor', { tensor })
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
  const values = toFloat32(await file.read(name, 0, info.bytes), info.dtype as FloatDtype)
  const broken = values.find((value) => !Number.isFinite(value))
  if (broken !== undefined) throw fail('adapter-not-finite', { tensor: name, value: String(broken) })
  return values
}

/** A list names modules by their last part. */
function checkCoverage({ targets }: PeftSettings, found: Projection[], folder: string): void {
  const missing = (targets ?? []).filter((name) => !found.some((projection) => name.endsWith(projection)))
  if (missing.length > 0) throw fail('adapter-missing-modules', { folder, modules: missing.join(', ') })
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
