import type { LoraConfig } from '../../contracts/lora'
import { isHubId } from '../../contracts/hub-id'
import type { CardSay } from './words'

/** What a README fills into the commands. */
export interface RunNames {
  /** What the result is called in a client. */
  name: string
  /** The base model as commands name it: a hub id, or a path that the reader puts in. */
  base: string
  /** Said before commands that name the base where it is no hub id. */
  baseHint: string | null
  /** In the language of the README. */
  say: CardSay
}

/** A model's id or folder as commands need it. "builtin" alone names nothing that can be loaded. */
export function baseNames(baseModel: string, say: CardSay): Pick<RunNames, 'base' | 'baseHint'> & { title: string } {
  if (isHubId(baseModel)) return { base: baseModel, baseHint: null, title: baseModel }
  if (baseModel === 'builtin') {
    return {
      base: 'path/to/demo-model',
      baseHint: say('card.baseBuiltin'),
      title: say('card.builtin'),
    }
  }
  const base = `path/to/${baseModel}`
  return { base, baseHint: say('card.baseFolder'), title: baseModel }
}

/** A client's part of a README: its name and Markdown lines. */
export interface ClientPart {
  client: string
  lines: string[]
}

const code = (language: string, lines: string[]) => ['```' + language, ...lines, '```']
const hinted = ({ baseHint }: RunNames, lines: string[]) => [...(baseHint ? [`# ${baseHint}`] : []), ...lines]
const text = JSON.stringify
/** A path as a shell takes it. */
const shell = (path: string) => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/** Part of a README under one heading, told for a terminal or a Python that stands in the export's folder. */
export function runSection(parts: ClientPart[], say: CardSay): string[] {
  const told = parts.flatMap(({ client, lines }) => [`### ${client}`, '', ...lines, ''])
  return [`## ${say('card.run')}`, '', say('card.runText'), '', ...told]
}

/** A web server for a folder that is a page. */
export const chatServer = (say: CardSay): ClientPart => ({
  client: say('card.chatClient'),
  lines: [say('card.chatText'), '', ...code('sh', ['python3 -m http.server 8000'])],
})

export const transformersModel = (more: string[] = []): ClientPart => ({
  client: 'transformers',
  lines: code('python', [
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    ...more,
    'model = AutoModelForCausalLM.from_pretrained(".", dtype="auto")',
    'tokenizer = AutoTokenizer.from_pretrained(".")',
  ]),
})

const transformersAdapter = (names: RunNames): ClientPart => ({
  client: names.say('card.transformersAndPeft'),
  lines: code('python', [
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    ...hinted(names, [`base = AutoModelForCausalLM.from_pretrained(${text(names.base)}, dtype="auto")`]),
    'model = PeftModel.from_pretrained(base, ".")',
    'tokenizer = AutoTokenizer.from_pretrained(".")',
  ]),
})

export const transformersGguf = ({ say }: RunNames, file: string): ClientPart => ({
  client: 'transformers',
  lines: [
    say('card.readsGguf'),
    '',
    ...code('python', [
      'from transformers import AutoModelForCausalLM, AutoTokenizer',
      '',
      `model = AutoModelForCausalLM.from_pretrained(".", gguf_file=${text(file)})`,
      `tokenizer = AutoTokenizer.from_pretrained(".", gguf_file=${text(file)})`,
    ]),
  ],
})

export const vllmModel = ({ name }: RunNames): ClientPart => ({
  client: 'vLLM',
  lines: code('sh', [`vllm serve . --served-model-name ${name}`]),
})

/** Ranks that vLLM reserves room for; it refuses others. */
const VLLM_RANKS = [8, 16, 32, 64, 128, 256, 320, 512]

function vllmAdapter(names: RunNames, { r }: LoraConfig): ClientPart {
  const rank = VLLM_RANKS.find((one) => one >= r)
  if (!rank) return { client: 'vLLM', lines: [names.say('card.vllmRank', { most: VLLM_RANKS.at(-1)!, r })] }
  const serve = `vllm serve ${shell(names.base)} --enable-lora --max-lora-rank ${rank} --lora-modules ${names.name}=.`
  return { client: 'vLLM', lines: code('sh', hinted(names, [serve])) }
}

/** What runs a PEFT folder. */
export const peftClients = (names: RunNames, lora: LoraConfig) => [transformersAdapter(names), vllmAdapter(names, lora)]

export const vllmGguf = (names: RunNames, file: string): ClientPart => ({
  client: 'vLLM',
  lines: code(
    'sh',
    hinted(names, [`vllm serve ./${file} --tokenizer ${shell(names.base)} --served-model-name ${names.name}`]),
  ),
})

export const mlxModel = (): ClientPart => ({
  client: 'MLX',
  lines: code('sh', ['mlx_lm.chat --model .', 'mlx_lm.server --model .']),
})

export const mlxAdapter = (names: RunNames): ClientPart => ({
  client: 'MLX',
  lines: [
    names.say('card.mlxRope'),
    '',
    ...code(
      'sh',
      hinted(names, [
        `mlx_lm.chat --model ${shell(names.base)} --adapter-path .`,
        `mlx_lm.server --model ${shell(names.base)} --adapter-path .`,
      ]),
    ),
  ],
})

export const llamaCppModel = (file: string): ClientPart => ({
  client: 'llama.cpp',
  lines: code('sh', [`llama-cli -m ./${file}`, `llama-server -m ./${file} --port 8080`]),
})

/** `base`: the base model as a GGUF file. */
export const llamaCppAdapter = ({ say }: RunNames, base: string, file: string): ClientPart => ({
  client: 'llama.cpp',
  lines: [
    say('card.llamaBase', { base }),
    '',
    ...code('sh', [
      `llama-cli -m ./${base} --lora ./${file}`,
      `llama-server -m ./${base} --lora ./${file} --port 8080`,
    ]),
  ],
})

export const ollama = ({ name, say }: RunNames): ClientPart => ({
  client: 'Ollama',
  lines: [say('card.ollama'), '', ...code('sh', [`ollama create ${name} -f Modelfile`, `ollama run ${name}`])],
})

export const lmStudio = ({ say }: RunNames, file: string): ClientPart => ({
  client: 'LM Studio',
  lines: [say('card.lmStudio'), '', ...code('sh', [`lms import ./${file}`])],
})
