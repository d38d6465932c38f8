import type { LeftWhy } from '../../errors/train'
import type { Draft, LeftOut } from '../draft'
import { aliases, neutralOnly, runFields, withoutEffect } from '../run-fields'
import { Call, Named, Routine, plain, type Given, type Value } from './values'

type Fields = Record<string, unknown>

/** What transformers, trl and peft take where a script says nothing, and a run file takes another value. */
const LEARNING_RATES: Record<string, number> = {
  TrainingArguments: 5e-5,
  Seq2SeqTrainingArguments: 5e-5,
  UnslothTrainingArguments: 5e-5,
  SFTConfig: 2e-5,
}
const PEFT_TARGETS = ['q_proj', 'v_proj']

/** Keyword arguments of a trainer that are objects, not settings. */
const TRAINER_PARTS = new Set(['model', 'args', 'tokenizer', 'processing_class', 'train_dataset', 'peft_config'])
/** Those of from_pretrained that concern the machine. */
const QUANTIZED = ['load_in_4bit', 'load_in_8bit']
/** Calls that give the model other tokens or another template than its own. */
const TOKEN_CHANGES = [
  'resize_token_embeddings',
  'add_special_tokens',
  'add_tokens',
  'setup_chat_format',
  'get_chat_template',
]

/**
 * The run file's fields out of the calls of a script: BitsAndBytesConfig, LoraConfig, TrainingArguments or SFTConfig,
 * the trainer, and Unsloth's model. null where it makes none of them.
 */
export function scriptFields(calls: readonly Call[]): Draft | null {
  const trainer = calls.findLast(({ name }) => name.endsWith('Trainer'))
  const settings = handed(trainer, 'args') ?? calls.findLast(({ name }) => Object.hasOwn(LEARNING_RATES, name))
  const unsloth = calls.findLast(({ name, given }) => name === 'get_peft_model' && given.size > 0)
  const lora = handed(trainer, 'peft_config') ?? calls.findLast(({ name }) => name === 'LoraConfig') ?? unsloth
  const quantization = calls.findLast(({ name }) => name === 'BitsAndBytesConfig')
  if (!settings && !lora && !quantization) return null

  const left: LeftOut[] = []
  const leave = ({ text, line }: Pick<Given, 'text' | 'line'>, why: LeftWhy) =>
    void left.push({ written: text, line, why })
  const places: Draft['places'] = new Map()
  const put = (fields: Fields, name: string, given: Given, group = '') => {
    const value = plainField(given.value)
    if (value !== undefined) fields[name] = value
    else if (!withoutEffect.has(name)) leave(given, 'run-time')
    places.set(group + name, given)
  }
  const all = (call: Call | undefined, group = ''): Fields => {
    const fields: Fields = {}
    for (const [name, given] of call?.given ?? []) put(fields, name, given, group)
    return fields
  }

  const fields = all(settings)
  const model = calls.findLast(({ callee }) => /(CausalLM|FastLanguageModel|FastModel)\.from_pretrained$/.test(callee))
  const base: Fields = {}
  for (const name of [...QUANTIZED, 'max_seq_length', 'full_finetuning', 'rope_scaling']) {
    const given = model?.given.get(name)
    if (given) put(base, name, given, QUANTIZED.includes(name) ? 'quantization.' : '')
  }
  if (settings && !('learning_rate' in fields)) fields.learning_rate = LEARNING_RATES[settings.name]

  if (lora) fields.lora = loraOf(all(lora, 'lora.'), lora === unsloth)
  else left.push({ written: settings?.callee ?? 'LoraConfig', line: settings?.line ?? null, why: 'full' })
  fields.quantization = quantizationOf(quantization && all(quantization, 'quantization.'), base)
  for (const [name, value] of Object.entries(base)) if (!QUANTIZED.includes(name)) fields[name] ??= value

  takeTrainer(trainer, fields, put, leave)
  if (calls.some(({ name }) => name === 'train_on_responses_only')) fields.assistant_only_loss = true
  for (const call of calls) leaveCall(call, leave)
  return {
    trainer: unsloth || model?.callee.startsWith('Fast') ? 'Unsloth' : trainer ? trainer.name : 'transformers',
    fields,
    left,
    places,
    model: named(model?.args[0] ?? model?.given.get('model_name')?.value),
    data: dataOf(calls),
  }
}

/** The call whose result a keyword argument is. */
function handed(call: Call | undefined, name: string): Call | undefined {
  const value = call?.given.get(name)?.value
  return value instanceof Call ? value : undefined
}

/** A value as JSON has it; of an enumeration's member its value: `SchedulerType.COSINE` is "cosine". */
function plainField(value: Value): unknown {
  if (value instanceof Named && !/^(torch|TaskType)\b/.test(value.path)) {
    const member = value.path.split('.').at(-1)!
    return value.path.includes('.') && /^[A-Z][A-Z0-9_]*$/.test(member) ? member.toLowerCase() : undefined
  }
  return value instanceof Named ? value.path.replace(/^TaskType\./, '') : plain(value)
}

function loraOf(lora: Fields, isUnsloth: boolean): Fields {
  // Unsloth's names for what concerns the machine.
  const { use_gradient_checkpointing: _, random_state: __, max_seq_length: ___, ...fields } = lora
  if (!isUnsloth) return { target_modules: PEFT_TARGETS, ...fields }
  return { r: 16, lora_alpha: 16, target_modules: 'all-linear', ...fields }
}

function quantizationOf(config: Fields | undefined, base: Fields): Fields {
  if (config) return { bnb_4bit_use_double_quant: false, bnb_4bit_quant_type: 'fp4', ...config }
  return { load_in_4bit: base.load_in_4bit === true, ...(base.load_in_8bit === true ? { load_in_8bit: true } : {}) }
}

type Put = (fields: Fields, name: string, given: Given) => void
type Leave = (given: Given, why: LeftWhy) => void

function takeTrainer(trainer: Call | undefined, fields: Fields, put: Put, leave: Leave): void {
  for (const [name, given] of trainer?.given ?? []) {
    const { value } = given
    if (TRAINER_PARTS.has(name) || value === null) continue
    if (name === 'formatting_func') leave(given, 'formatting')
    else if (name === 'eval_dataset') leave(given, 'held-out')
    else if (name === 'callbacks' && Array.isArray(value)) takeCallbacks(value, given, fields, put, leave)
    else if (name === 'data_collator') takeCollator(given, fields, leave)
    else if ([runFields, aliases, neutralOnly].some((table) => Object.hasOwn(table, name))) {
      if (!(name in fields)) put(fields, name, given)
    } else if (!withoutEffect.has(name)) leave(given, 'unsupported')
  }
}

function takeCallbacks(value: Value[], given: Given, fields: Fields, put: Put, leave: Leave): void {
  for (const one of value) {
    if (one instanceof Call && one.name === 'EarlyStoppingCallback') {
      for (const [name, inner] of one.given) put(fields, name, inner)
    } else leave({ ...given, text: one instanceof Call ? one.callee : given.text }, 'callbacks')
  }
}

/** Collators that only pad, and the one that trains answers alone. */
function takeCollator(given: Given, fields: Fields, leave: Leave): void {
  const name = given.value instanceof Call ? given.value.name : given.text
  if (name === 'DataCollatorForCompletionOnlyLM') fields.assistant_only_loss = true
  else if (
    !/^(DataCollatorForLanguageModeling|DataCollatorForSeq2Seq|DataCollatorWithPadding|default_data_collator)$/.test(
      name,
    )
  )
    leave(given, 'unsupported')
}

function leaveCall(call: Call, leave: Leave): void {
  const [first] = call.args
  if (call.name === 'map' && first instanceof Routine)
    leave({ value: null, text: `${call.callee}(${first.name})`, line: call.line }, 'formatting')
  if (TOKEN_CHANGES.includes(call.name)) leave({ value: null, text: `${call.callee}(…)`, line: call.line }, 'tokens')
  if (!/Tokenizer(Fast)?\.from_pretrained$/.test(call.callee)) return
  for (const name of ['chat_template', 'truncation_side']) {
    const given = call.given.get(name)
    if (given) leave(given, 'tokens')
  }
}

const named = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null)

function dataOf(calls: readonly Call[]): string | null {
  const call = calls.find(({ name }) => name === 'load_dataset')
  const files = call?.given.get('data_files')?.value
  return named(Array.isArray(files) ? files[0] : files) ?? named(call?.args[0])
}
