import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { errorText, type ErrorCode } from '../../src/errors'
import { errors as chinese } from '../../src/i18n/zh-CN/errors'
import { readRunFile, type ReadRunFile } from '../../src/run-file/read-run-file'
import { isPastedRun, understand } from '../../src/state/intake'

const text = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../helpers/foreign/${name}`, import.meta.url)), 'utf8')
const read = (name: string) => readRunFile(text(name), name)

/** What could not be taken over: as written, its line, why. */
const leftOf = ({ left }: ReadRunFile) =>
  left.filter(({ code }) => code === 'run-left').map(({ params: { written, line, why } }) => [written, line, why])

describe('a training script, read and not run', () => {
  it('the classic of the field: quantisation, adapter, arguments and trainer', async () => {
    const found = await read('classic.py')
    expect(found.run).toMatchObject({
      num_train_epochs: 1,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 2,
      optim: 'paged_adamw_8bit',
      lr_scheduler_type: 'cosine',
      warmup_ratio: 0.03,
      weight_decay: 0.001,
      max_grad_norm: 0.3,
      max_length: 512,
      group_by_length: true,
      packing: false,
      save_strategy: 'steps',
      save_steps: 25,
      lora: { r: 64, lora_alpha: 16, lora_dropout: 0.1 },
      quantization: { load_in_4bit: true, bnb_4bit_use_double_quant: true, bnb_4bit_compute_dtype: 'float16' },
    })
    expect(found.run.lora.target_modules).toHaveLength(7)
    expect(found.left[0]).toMatchObject({
      code: 'run-read',
      params: { trainer: 'SFTTrainer', model: 'Qwen/Qwen2.5-0.5B', data: 'train.jsonl' },
    })
    expect(leftOf(found)).toEqual([['formatting_func=format_instruction', 77, 'formatting']])
  })

  it('settings in a dataclass, functions that make the parts, what only running would tell', async () => {
    const found = await read('dataclasses.py')
    expect(found.run).toMatchObject({
      per_device_train_batch_size: 4,
      learning_rate: 2e-4,
      max_steps: 100,
      optim: 'paged_adamw_32bit',
      max_length: 1024,
      lora: { r: 64, lora_alpha: 16 },
      // Of BitsAndBytesConfig where it says nothing.
      quantization: { load_in_4bit: true, bnb_4bit_use_double_quant: false, bnb_4bit_compute_dtype: 'float32' },
    })
    expect(found.run.lora.target_modules).toHaveLength(7)
    expect(leftOf(found)).toEqual([
      ['bnb_4bit_compute_dtype=compute_dtype', 42, 'run-time'],
      ['use_dora=True', 50, 'unsupported'],
      ['neftune_noise_alpha=5', 61, 'unsupported'],
    ])
  })

  it('arguments of the command line, a class of settings, unpacked dictionaries, enumerations', async () => {
    const found = await read('functions.py')
    expect(found.run).toMatchObject({
      num_train_epochs: 2,
      learning_rate: 2e-4,
      packing: false,
      per_device_train_batch_size: 2,
      gradient_accumulation_steps: 32,
      lr_scheduler_type: 'cosine_with_restarts',
      lr_scheduler_kwargs: { num_cycles: 3 },
      save_strategy: 'epoch',
      seed: 42,
      lora: { r: 32, lora_alpha: 64, target_modules: ['q_proj', 'v_proj'] },
    })
    expect(leftOf(found)).toEqual([
      // BitsAndBytesConfig's own default is fp4.
      ['quantization.bnb_4bit_quant_type', null, 'invalid'],
      ['seed=int(input("seed? "))', 40, 'run-time'],
      ['Sampler', 44, 'callbacks'],
    ])
  })

  it('what the libraries take where a script says nothing', async () => {
    const from = async (source: string) => (await readRunFile(source)).run
    expect(await from('a = TrainingArguments("out")\nb = LoraConfig()')).toMatchObject({
      learning_rate: 5e-5,
      lora: { r: 8, target_modules: ['q_proj', 'v_proj'] },
      quantization: { load_in_4bit: false },
    })
    expect((await from('a = SFTConfig()\nb = LoraConfig()')).learning_rate).toBe(2e-5)
    const unsloth = `model, tokenizer = FastLanguageModel.from_pretrained("m", max_seq_length=700, load_in_4bit=True)
model = FastLanguageModel.get_peft_model(model, random_state=3407)
trainer = SFTTrainer(model=model, args=TrainingArguments(max_steps=60))
trainer = train_on_responses_only(trainer)`
    expect(await from(unsloth)).toMatchObject({
      max_steps: 60,
      max_length: 700,
      assistant_only_loss: true,
      lora: { r: 16, lora_alpha: 16 },
      quantization: { load_in_4bit: true },
    })
  })

  it('a notebook, without its shell lines', async () => {
    const cells = [
      { cell_type: 'markdown', source: ['max_steps = 1'] },
      { cell_type: 'code', source: ['!pip install trl\n', 'rank = 4\n'] },
      { cell_type: 'code', source: 'c = SFTConfig(max_steps=7)\nl = LoraConfig(r=rank)' },
    ]
    const { run } = await readRunFile(JSON.stringify({ cells }), 'train.ipynb')
    expect([run.max_steps, run.lora.r]).toEqual([7, 4])
  })

  it('says that a script has no settings, and does not loop where it calls itself', async () => {
    await expect(readRunFile('import os\nprint(os.getcwd())', 'x.py')).rejects.toMatchObject({
      code: 'run-script-empty',
    })
    const { run } = await readRunFile('def f(n):\n    c = SFTConfig(max_steps=3)\n    return f(n + 1)\nf(0)\n', 'x.py')
    expect(run.max_steps).toBe(3)
  })
})

describe('files of other trainers', () => {
  it('axolotl', async () => {
    const found = await read('axolotl.yaml')
    expect(found.run).toMatchObject({
      max_length: 768,
      packing: true,
      per_device_train_batch_size: 2,
      gradient_accumulation_steps: 4,
      num_train_epochs: 4,
      optim: 'paged_adamw_32bit',
      lr_scheduler_type: 'cosine_with_min_lr',
      lr_scheduler_kwargs: { min_lr_rate: 0.1 },
      learning_rate: 2e-4,
      save_strategy: 'steps',
      save_steps: 0.25,
      lora: { r: 32, lora_alpha: 16 },
      quantization: { load_in_4bit: true },
    })
    expect(leftOf(found)).toEqual([
      ['special_tokens: {"pad_token":"<pad>","eos_token":"<stop>"}', 26, 'unsupported'],
      ['something_new: 3', 29, 'unknown'],
    ])
  })

  it('LLaMA-Factory, with its own defaults', async () => {
    const found = await read('llama-factory.yaml')
    expect(found.run).toMatchObject({
      max_length: 900,
      gradient_accumulation_steps: 8,
      learning_rate: 1e-4,
      warmup_ratio: 0.1,
      lora: { r: 12, lora_alpha: 24 },
      quantization: { load_in_4bit: false },
    })
    expect(leftOf(found)).toEqual([['max_samples: 1000', 13, 'unsupported']])
  })

  it('mlx-lm, whose scale is alpha over rank', async () => {
    const found = await read('mlx.yaml')
    expect(found.run).toMatchObject({
      max_steps: 600,
      per_device_train_batch_size: 2,
      lr_scheduler_type: 'constant',
      max_length: 640,
      lora: { r: 8, lora_alpha: 160 },
    })
    expect(leftOf(found)).toEqual([['num_layers: 16', 6, 'unsupported']])
  })

  it('trl’s own YAML is a run file: taken whole or refused', async () => {
    const yaml =
      'model_name_or_path: some-lab/base\nuse_peft: true\nlora_r: 16\nload_in_4bit: yes\nlearning_rate: 2.0e-4\n'
    const { run, left } = await readRunFile(yaml, 'sft.yaml')
    expect([run.lora.r, run.learning_rate, run.quantization.load_in_4bit, left]).toEqual([16, 2e-4, true, []])
    await expect(readRunFile(`${yaml}use_dora: true\n`, 'sft.yaml')).rejects.toMatchObject({
      code: 'run-field-unsupported',
    })
    for (const text of ['a: [1\nb: 2', 'a: *nothing'])
      await expect(readRunFile(text, 'sft.yml')).rejects.toMatchObject({
        code: 'run-not-yaml',
        params: { file: 'sft.yml' },
      })
    await expect(readRunFile('', 'sft.yml')).rejects.toMatchObject({ code: 'run-not-an-object' })
  })

  it('one foreign name in a run file is suggested by its name here', async () => {
    await expect(readRunFile('{"cutoff_len": 4, "micro_batch_size": 1, "num_epochs": 2}')).resolves.toBeDefined()
    for (const [name, here] of Object.entries({
      cutoff_len: 'max_length',
      micro_batch_size: 'per_device_train_batch_size',
      num_epochs: 'num_train_epochs',
      iters: 'max_steps',
    })) {
      await expect(readRunFile(JSON.stringify({ [name]: 4 }))).rejects.toMatchObject({
        code: 'run-unknown-fields',
        params: { fields: [{ field: name, suggestion: here }] },
      })
    }
  })
})

describe('what is dropped or pasted', () => {
  it.each(['classic.py', 'dataclasses.py', 'functions.py', 'axolotl.yaml', 'llama-factory.yaml', 'mlx.yaml'])(
    '%s is settings',
    async (name) => {
      expect(await understand([{ path: name, file: new Blob([text(name)]) }])).toBe('run')
      expect(isPastedRun(text(name))).toBe(true)
    },
  )

  it('a sentence, a table or a row of data is not', () => {
    for (const given of ['Note: learning_rate was too high', 'a,b\n1,2', '{"instruction": "x", "output": "y"}', '']) {
      expect(isPastedRun(given)).toBe(false)
    }
  })

  it('is said in both languages', async () => {
    const { left } = await read('classic.py')
    expect(left[1].message).toContain('line 77, formatting_func=format_instruction')
    for (const { code, params } of left) expect(errorText(chinese, code as ErrorCode, params)).toMatch(/[一-龥]/)
  })
})
