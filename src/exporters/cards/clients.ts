import type { LoraConfig } from '../../contracts/lora'

/** What a README fills into the commands. */
export interface RunNames {
  /** What the result is called in a client. */
  name: string
  /** The base model as commands name it: a hub id, or a path that the reader puts in. */
  base: string
  /** Said before commands that name the base where it is no hub id. */
  baseHint: string | null
}

/** A model's id or folder as commands need it. "builtin" alone names nothing that can be loaded. */
export function baseNames(baseModel: string): Pick<RunNames, 'base' | 'baseHint'> & { title: string } {
  if (/^[\w.-]+\/[\w.-]+$/.test(baseModel)) return { base: baseModel, baseHint: null, title: baseModel }
  if (baseModel === 'builtin') {
    return {
      base: 'path/to/demo-model',
      baseHint: 'The folder demo-model/ of the page that this was trained on, or public/demo-model/ of TuneTab.',
      title: "TuneTab's built-in model (demo-model)",
    }
  }
  const base = `path/to/${baseModel}`
  return { base, baseHint: 'The folder that the base model was read from: put its path here.', title: baseModel }
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
export function runSection(parts: ClientPart[]): string[] {
  const told = parts.flatMap(({ client, lines }) => [`### ${client}`, '', ...lines, ''])
  return ['## How to run it', '', 'The commands are meant for this folder.', '', ...told]
}

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

export const transformersAdapter = (names: RunNames): ClientPart => ({
  client: 'transformers and PEFT',
  lines: code('python', [
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    ...hinted(names, [`base = AutoModelForCausalLM.from_pretrained(${text(names.base)}, dtype="auto")`]),
    'model = PeftModel.from_pretrained(base, ".")',
    'tokenizer = AutoTokenizer.from_pretrained(".")',
  ]),
})

export const transformersGguf = (file: string): ClientPart => ({
  client: 'transformers',
  lines: [
    'It reads the file back into full precision (`pip install gguf`):',
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

export function vllmAdapter(names: RunNames, { r }: LoraConfig): ClientPart {
  const rank = VLLM_RANKS.find((one) => one >= r)
  if (!rank)
    return { client: 'vLLM', lines: [`vLLM takes adapters up to rank 512; this one has ${r}: export it merged.`] }
  const serve = `vllm serve ${shell(names.base)} --enable-lora --max-lora-rank ${rank} --lora-modules ${names.name}=.`
  return { client: 'vLLM', lines: code('sh', hinted(names, [serve])) }
}

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
    'mlx-lm reads `rope_theta` at the top of a config.json alone, and takes 10000 without a word where it',
    'stands in `rope_parameters` only: `tune export --format safetensors` writes the base in a form that it reads.',
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
export const llamaCppAdapter = (base: string, file: string): ClientPart => ({
  client: 'llama.cpp',
  lines: [
    `The base model as a GGUF file is needed beside it; \`tune export --format gguf-f16\` writes \`${base}\`.`,
    '',
    ...code('sh', [
      `llama-cli -m ./${base} --lora ./${file}`,
      `llama-server -m ./${base} --lora ./${file} --port 8080`,
    ]),
  ],
})

export const ollama = ({ name }: RunNames): ClientPart => ({
  client: 'Ollama',
  lines: [
    'The Modelfile beside this file holds the chat template that was trained with, in Ollama’s language, and what ends',
    'an answer.',
    '',
    ...code('sh', [`ollama create ${name} -f Modelfile`, `ollama run ${name}`]),
  ],
})

export const lmStudio = (file: string): ClientPart => ({
  client: 'LM Studio',
  lines: [
    'In the app: My Models, then the folder of models, and put the file there; or',
    '',
    ...code('sh', [`lms import ./${file}`]),
  ],
})
