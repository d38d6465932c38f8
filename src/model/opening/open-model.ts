import { fail } from '../../errors/index'
import { parseModelConfig } from '../../architecture/config'
import type { ModelConfig } from '../../contracts/model'
import { isBnbTensor } from '../../formats/bnb'
import type { FileFolder } from '../../contracts/bytes'
import { EMBEDDING, HEAD } from '../../architecture/names'
import { expectedTensors, parameterCount } from '../../architecture/tensors'
import { isFloatDtype, toFloat32 } from '../../formats/floats'
import type { FloatDtype } from '../../formats/floats'
import { readText, subFolder, firstFew } from '../../formats/folders'
import { readLicense } from './license'
import { openWeightFiles } from './weight-files'
import type { WeightFile } from './weight-files'
import type { TensorInfo, WeightSource } from '../../contracts/weights'
import { ADAPTER_CONFIG } from '../../contracts/file-names'

/** A model folder whose every file was found and whose headers agree with its configuration; no weight was read yet. */
export interface OpenedModel {
  name: string
  config: ModelConfig
  /** generation_config.json, parsed. */
  generationConfig: Record<string, unknown> | null
  /** Ids that the files list as an end; `ChatTokenizer.stopIds` adds the end of a turn. */
  listedStopIds: number[]
  weights: WeightSource
  /** The safetensors files, with the names of their tensors in file order. */
  weightFiles: WeightFile[]
  /** Texts of the tokenizer's and the template's files by file name, see TEXT_FILES. */
  files: Record<string, string>
  /** The Jinja template; null in base models, which learn texts all the same. */
  chatTemplate: string | null
  /** The template for conversations with tools, where the model has one of its own (`tool_use`). */
  toolTemplate: string | null
  /** Short name as on model cards: "apache-2.0". */
  license: string | null
  /** What the weights are stored in; of an NF4 checkpoint what its other tensors are stored in. */
  dtype: FloatDtype
  parameters: number
  /** The folder that holds config.json. */
  folder: FileFolder
}

/** Elements compared at a time. */
const COMPARED = 2 ** 20

/** Small files that are kept as text, for the tokenizer and for exports. */
const TEXT_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'chat_template.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'generation_config.json',
] as const

/** Where transformers keeps the template named `tool_use`, which it takes where tools are given. */
const TOOL_TEMPLATE = 'additional_chat_templates/tool_use.jinja'

/**
 * Open a model in the Hugging Face layout: one safetensors file or shards behind an index, in the folder itself or in
 * the only sub-folder with a config.json. Reads texts and headers, never weights, and throws a TuneError for whatever
 * would stop the load later: files or tensors that are missing, cut off, of another shape or type, no tokenizer.
 * Only then does a remote folder download the weights.
 */
export async function openModelFolder(source: FileFolder): Promise<OpenedModel> {
  const folder = await findModel(source)
  const listed = await folder.list()
  const stated = parseModelConfig((await readText(folder, 'config.json'))!)
  const has = new Set(listed.map((file) => file.path))

  const files: Record<string, string> = {}
  for (const name of TEXT_FILES) {
    if (has.has(name)) files[name] = (await readText(folder, name))!
  }
  if (!files['tokenizer.json']) throw fail('model-no-tokenizer', { folder: folder.name })
  const generationConfig = files['generation_config.json']
    ? parseJson(files['generation_config.json'], 'generation_config.json')
    : null

  const { weights, files: weightFiles } = await openWeightFiles(folder, listed)
  const dtype = checkTensors(stated, weights)
  const license = await readLicense(folder, has)
  // Nothing is known to be wrong, so now the bytes themselves may come.
  await folder.prefetch?.(weightFiles.map((file) => file.path))
  const config =
    stated.tieWordEmbeddings && (await hasOwnHead(weights)) ? { ...stated, tieWordEmbeddings: false } : stated
  if (config !== stated) checkTensors(config, weights)
  return {
    name: folder.name,
    config,
    generationConfig,
    listedStopIds: listedStopIds(config, generationConfig),
    weights,
    weightFiles,
    files,
    ...findTemplates(files, has.has(TOOL_TEMPLATE) ? await readText(folder, TOOL_TEMPLATE) : null),
    license,
    dtype,
    parameters: parameterCount(config),
    folder,
  }
}

/**
 * The folder with config.json: the one given, or the only one below it (a hub snapshot, a folder around the folder).
 */
async function findModel(source: FileFolder): Promise<FileFolder> {
  const listed = await source.list()
  const configs = listed.map((file) => file.path).filter((path) => /(^|\/)config\.json$/.test(path))
  if (configs.includes('config.json')) return source
  const roots = configs.map((path) => path.slice(0, -'/config.json'.length))
  if (roots.length === 1) return subFolder(source, roots[0])
  if (roots.length > 1) throw fail('model-many-configs', { folder: source.name, places: firstFew(roots) })
  const adapter = listed.find((file) => file.path.endsWith(ADAPTER_CONFIG))
  if (adapter) {
    const text = await readText(source, adapter.path)
    const base = text ? parseJson(text, adapter.path).base_model_name_or_path : null
    throw fail('model-is-adapter', { folder: source.name, base: typeof base === 'string' ? base : '' })
  }
  throw fail('model-no-config', { folder: source.name, found: firstFew(listed.map((file) => file.path)) })
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw fail('json-invalid', { file, reason: (error as Error).message }, error)
  }
}

/**
 * The template's own file first, as transformers does; then the two places where older repositories keep it, there
 * perhaps as a list with names.
 */
function findTemplates(
  files: Record<string, string>,
  toolFile: string | null,
): Pick<OpenedModel, 'chatTemplate' | 'toolTemplate'> {
  if (files['chat_template.jinja']) return { chatTemplate: files['chat_template.jinja'], toolTemplate: toolFile }
  for (const name of ['tokenizer_config.json', 'chat_template.json']) {
    const template = files[name] ? parseJson(files[name], name).chat_template : undefined
    if (typeof template === 'string' && template !== '') return { chatTemplate: template, toolTemplate: toolFile }
    if (Array.isArray(template)) {
      const named = template as { name?: string; template?: string }[]
      const byName = (wanted: string) => named.find((entry) => entry.name === wanted)?.template
      const chatTemplate = byName('default') ?? named[0]?.template
      if (chatTemplate) return { chatTemplate, toolTemplate: toolFile ?? byName('tool_use') ?? null }
    }
  }
  return { chatTemplate: null, toolTemplate: null }
}

function listedStopIds(config: ModelConfig, generation: Record<string, unknown> | null): number[] {
  const given = generation?.eos_token_id
  const ids = (Array.isArray(given) ? given : [given]).filter((id): id is number => Number.isInteger(id))
  return ids.length > 0 ? ids : config.eosTokenIds
}

/** Every tensor that the configuration means is there, in its shape and in a readable type. Returns the float type. */
function checkTensors(config: ModelConfig, weights: WeightSource): FloatDtype {
  const expected = expectedTensors(config)
  const missing = expected.filter((tensor) => !weights.tensors.has(tensor.name)).map((tensor) => tensor.name)
  if (missing.length > 0) {
    throw fail('model-missing-tensors', {
      architecture: config.family,
      tensors: firstFew(missing),
      count: missing.length,
    })
  }
  for (const { name, shape, linear } of expected) {
    const info = weights.tensors.get(name)!
    const quantized = linear !== null && config.quantization !== undefined && isBnbTensor(weights, name)
    if (!quantized && !isFloatDtype(info.dtype)) throw fail('model-tensor-dtype', { tensor: name, dtype: info.dtype })
    const count = shape.reduce((product, n) => product * n, 1)
    const agrees = quantized ? info.bytes === Math.ceil(count / 2) : info.shape.join() === shape.join()
    if (!agrees)
      throw fail('model-tensor-shape', { tensor: name, shape: info.shape.join(', '), expected: shape.join(', ') })
  }
  return weights.tensors.get(EMBEDDING)!.dtype as FloatDtype
}

/**
 * Whether a checkpoint that calls its head tied holds another one than its embedding, as merges by hand leave behind.
 * It counts, as in transformers 5.23 (`tie_weights`: "present in the checkpoints with different values").
 */
async function hasOwnHead(weights: WeightSource): Promise<boolean> {
  const [head, embedding] = [HEAD, EMBEDDING].map((name) => weights.tensors.get(name))
  if (!head || !embedding) return false
  if (head.shape.join() !== embedding.shape.join() || !isFloatDtype(head.dtype) || !isFloatDtype(embedding.dtype))
    return true
  const total = head.shape.reduce((product, n) => product * n, 1)
  const read = async ({ name, dtype, bytes }: TensorInfo, from: number, count: number) => {
    const size = bytes / total
    return toFloat32(await weights.read(name, from * size, count * size), dtype as FloatDtype)
  }
  for (let from = 0; from < total; from += COMPARED) {
    const count = Math.min(COMPARED, total - from)
    const [a, b] = await Promise.all([read(head, from, count), read(embedding, from, count)])
    if (a.some((value, i) => value !== b[i])) return true
  }
  return false
}

/** The templates as exports carry them: files of their own, wherever the source kept them. */
export function templateFile({ chatTemplate, toolTemplate }: OpenedModel): Record<string, string> {
  return {
    ...(chatTemplate === null ? {} : { 'chat_template.jinja': chatTemplate }),
    ...(toolTemplate === null ? {} : { [TOOL_TEMPLATE]: toolTemplate }),
  }
}
