/** Python that loads the unzipped adapter, with the real names filled in. `base`: hub id, folder name or "builtin". */
export function adapterCode(base: string, folder: string, pageUrl: string): string {
  const builtin = base === 'builtin'
  const baseId = builtin ? './demo-model' : base
  const files = ['config.json', 'model.safetensors'].map(
    (name) => `#   ${new URL(`demo-model/${name}`, pageUrl).href}\n`,
  )
  const note = builtin ? `# ${baseId}:\n${files.join('')}` : ''
  return `${note}from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained(${JSON.stringify(baseId)})
model = PeftModel.from_pretrained(base, ${JSON.stringify(`./${folder}`)})
tokenizer = AutoTokenizer.from_pretrained(${JSON.stringify(`./${folder}`)})`
}

/** Python that loads the unzipped merged model. */
export function mergedCode(folder: string): string {
  return `from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(`./${folder}`)})
tokenizer = AutoTokenizer.from_pretrained(${JSON.stringify(`./${folder}`)})`
}
