import { fail } from '../errors'
import { shown } from '../errors/shown'
import type { ConfigExpectation } from '../errors/formats'
import type { FileFolder } from '../contracts/bytes'
import { ADAPTER_CONFIG } from '../contracts/file-names'
import { peftPatterns, type PatternLookup } from './peft-patterns'

/** What an adapter_config.json says, as far as its pairs need it. */
export interface PeftSettings {
  /** null where the file says none; the tensors do then. */
  r: number | null
  lora_alpha: number
  lora_dropout: number
  use_rslora: boolean
  baseModel: string | null
  /** The last parts of modules' names; null where the file has a pattern, "all-linear" or exceptions. */
  targets: string[] | null
  ranks: PatternLookup
  alphas: PatternLookup
}

type Json = Record<string, unknown>

/** Read and check adapter_config.json; null where there is none. Throws a TuneError. */
export async function readPeftConfig(folder: FileFolder): Promise<PeftSettings | null> {
  const source = await folder.open(ADAPTER_CONFIG)
  if (!source) return null
  const config = parse(new TextDecoder().decode(await source.read(0, source.size)))
  // mlx-lm writes its own fields under the same name.
  if (config.peft_type === undefined && (isObject(config.lora_parameters) || config.fine_tune_type !== undefined))
    throw fail('adapter-foreign', { folder: folder.name, kind: 'mlx' })
  refuseOtherArithmetic(config)
  const { exclude_modules, target_modules } = config
  const listed = Array.isArray(target_modules) && !hasEntries(exclude_modules)
  return {
    r: config.r === undefined || config.r === null ? null : whole(config.r, 'r'),
    lora_alpha: positive(config.lora_alpha, 'lora_alpha'),
    lora_dropout: share(config.lora_dropout ?? 0, 'lora_dropout'),
    use_rslora: config.use_rslora === true,
    baseModel: typeof config.base_model_name_or_path === 'string' ? config.base_model_name_or_path : null,
    targets: listed ? target_modules.filter((name): name is string => typeof name === 'string') : null,
    ranks: await peftPatterns('rank_pattern', config.rank_pattern, whole),
    alphas: await peftPatterns('alpha_pattern', config.alpha_pattern, positive),
  }
}

function parse(text: string): Json {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw fail('json-invalid', { file: ADAPTER_CONFIG, reason: (error as Error).message }, error)
  }
  if (!isObject(value)) throw fail('json-not-object', { file: ADAPTER_CONFIG })
  return value
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const hasEntries = (value: unknown) => (typeof value === 'string' || Array.isArray(value)) && value.length > 0

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

function refuseOtherArithmetic(config: Json): void {
  const refuse = (field: string, works: string) => {
    throw fail('adapter-option', { field, value: shown(config[field]), works })
  }
  // A missing peft_type is written by some trainers that know LoRA alone.
  if ((config.peft_type ?? 'LORA') !== 'LORA') refuse('peft_type', '"LORA"')
  if ((config.bias ?? 'none') !== 'none') refuse('bias', '"none"')
  if (Array.isArray(config.modules_to_save) && config.modules_to_save.length > 0) refuse('modules_to_save', 'null')
  for (const [field, works] of Object.entries(OTHER_ARITHMETIC)) if (config[field]) refuse(field, works)
  if (!keepsBase(config.init_lora_weights)) refuse('init_lora_weights', 'true')
}

/**
 * Whether A and B began beside an untouched base: PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA subtract their start from it,
 * in PEFT at every load, too.
 */
function keepsBase(init: unknown): boolean {
  return typeof init !== 'string' || ['gaussian', 'orthogonal', 'eva', 'mica'].includes(init.toLowerCase())
}

const reader =
  (expected: ConfigExpectation, fits: (value: number) => boolean) =>
  (value: unknown, field: string): number => {
    if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value
    throw fail('config-field', { file: ADAPTER_CONFIG, field, value: shown(value), expected })
  }

const whole = reader('whole', (value) => Number.isInteger(value) && value > 0)
const positive = reader('positive', (value) => value > 0)
const share = reader('share', (value) => value >= 0 && value <= 1)
