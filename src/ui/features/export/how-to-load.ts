/** Python that loads the unzipped adapter, with the real names filled in. */
export function adapterCode(baseId: string, folder: string): string {
  return `from peft import PeftModel
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
