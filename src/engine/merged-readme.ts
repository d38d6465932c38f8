import type { OpenedModel } from '../formats/model-folder'
import type { LoraConfig } from '../model/types'

/** The model card of a merged model: from what, onto what, and how to load it. */
export function mergedReadme(opened: OpenedModel, lora: LoraConfig, dequantized: boolean): string {
  const onto = dequantized
    ? 'The adapter was added to the weights that its NF4 base stands for: what training saw.'
    : "The adapter was added to the base model's own weights, in f32, and rounded once to their type. Training saw the NF4 version of the base, so that answers can differ a little from base and adapter together."
  return [
    '---',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    'tags:',
    '- tunetab',
    ...(opened.license ? [`license: ${opened.license}`] : []),
    '---',
    '',
    `# ${opened.name}, fine-tuned`,
    '',
    `${opened.name} with a LoRA adapter (r ${lora.r}, lora_alpha ${lora.lora_alpha}) merged in by TuneTab.`,
    '',
    onto,
    '',
    '```python',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    'model = AutoModelForCausalLM.from_pretrained("path/to/this/folder", dtype="auto")',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    '```',
    '',
  ].join('\n')
}
