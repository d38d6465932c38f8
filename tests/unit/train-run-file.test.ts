import { describe, expect, it } from 'vitest'
import { orderBatches } from '../../src/data'
import type { ErrorCode } from '../../src/errors'
import { errorText, TuneError } from '../../src/errors'
import { errors as chinese } from '../../src/i18n/zh-CN/errors'
import { parseRunFile } from '../../src/run-file/parse-run-file'
import { OPTIMIZERS, optimizerKind } from '../../src/run-file/optimizers'
import { fileDefaults, NO_CUT, recommendedRun } from '../../src/run-file/run-file'
import { trainingShape } from '../../src/train/windows'
import { goldenJson } from '../helpers/golden'

function refusal(json: unknown): TuneError {
  try {
    parseRunFile(json)
  } catch (error) {
    if (error instanceof TuneError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('run file', () => {
  it('reads back what is written, whole', () => {
    const { run, warnings } = parseRunFile(JSON.parse(JSON.stringify(recommendedRun)))
    expect(run).toEqual(recommendedRun)
    expect(warnings).toEqual([])
  })

  it('knows which optimiser names are one arithmetic, and refuses others by name', () => {
    const kinds = Object.fromEntries(
      OPTIMIZERS.map((optim) => [optim, optimizerKind(parseRunFile({ optim }).run.optim)]),
    )
    expect(kinds).toEqual({
      adamw_torch: 'adamw',
      adamw_torch_fused: 'adamw',
      adamw_8bit: 'adamw8bit',
      adamw_bnb_8bit: 'adamw8bit',
      paged_adamw_8bit: 'paged_adamw8bit',
      paged_adamw_32bit: 'paged_adamw32bit',
    })
    for (const optim of ['sgd', 'lion_8bit', 'adamw_torch_8bit', 'galore_adamw']) {
      expect(refusal({ optim })).toMatchObject({ code: 'run-optimizer-unsupported', params: { optim } })
    }
  })

  it('takes other names of AdamW for what they are, and says where one is not quite the same', () => {
    expect(parseRunFile({ optim: 'adamw' })).toMatchObject({ run: { optim: 'adamw_torch' }, warnings: [] })
    expect(parseRunFile({ optim: 'paged_adamw' }).run.optim).toBe('paged_adamw_32bit')
    const { run, warnings } = parseRunFile({ optim: 'adamw_hf' })
    expect(run.optim).toBe('adamw_torch')
    expect(warnings).toMatchObject([{ code: 'run-optimizer-instead', params: { optim: 'adamw_hf' } }])
    expect(parseRunFile({ loss_type: 'chunked_nll' }).warnings).toEqual([])
  })

  it('gives schedules their arguments, as transformers takes them', () => {
    const { run } = parseRunFile({ lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr: '1e-5' } })
    expect(run.lr_scheduler_kwargs).toEqual({ min_lr: 1e-5 })
    expect(parseRunFile({ lr_scheduler_type: 'polynomial', lr_scheduler_kwargs: '{"power": 2}' }).run).toMatchObject({
      lr_scheduler_kwargs: { power: 2 },
    })
    expect(parseRunFile(run).run).toEqual(run)
  })

  it('takes numbers and flags in quotes for what they are', () => {
    const { run } = parseRunFile({ learning_rate: '2e-4', seed: ' 7 ', packing: 'True', lora: { r: '1_6' } })
    expect(run).toMatchObject({ learning_rate: 2e-4, seed: 7, packing: true, lora: { r: 16 } })
  })

  it('cuts no row where max_length is null, as trl understands it; other nulls are fields left out', () => {
    expect(parseRunFile({ max_length: null, seed: null, max_seq_length: null }).run).toEqual({
      ...fileDefaults,
      max_length: NO_CUT,
    })
    expect(parseRunFile({ max_seq_length: null }).run.max_length).toBe(1024)
    expect(refusal({ max_length: null, packing: true })).toMatchObject({ code: 'run-packing-uncut' })
  })

  it('takes a budget for the optimiser’s states, and no other argument', () => {
    const plan = orderBatches([5, 9], { ...recommendedRun, max_length: 64 }, 1)
    const budget = (optim_args: string) => trainingShape(plan, parseRunFile({ optim_args }).run).optimizerBudgetBytes
    expect(budget('state_budget_bytes=65536')).toBe(65536)
    expect(budget('')).toBeUndefined()
    for (const optim_args of [
      'state_budget_bytes=0',
      'state_budget_bytes=1e6',
      'rank=4',
      'state_budget_bytes=1,rank=4',
      7,
    ]) {
      expect(refusal({ optim_args })).toMatchObject({ code: 'run-field-unsupported' })
    }
  })

  it('takes the libraries’ settings as they dump them, every field', () => {
    const { made_by: _, sft, lora, quantization } = goldenJson<Record<string, object>>('configs/defaults.json')
    const { run, stated } = parseRunFile({ ...sft, lora, quantization })
    // Where absent fields take another value than the libraries': docs/run-file.md says why.
    const theirs = {
      learning_rate: 2e-5,
      logging_steps: 10,
      assistant_only_loss: false,
      save_strategy: 'steps',
      optim: 'adamw_torch_fused',
    }
    expect(run).toEqual({ ...fileDefaults, ...theirs })
    expect(stated.size).toBeGreaterThan(100)
  })

  it('takes the libraries’ own defaults for absent fields', () => {
    const { run } = parseRunFile({ learning_rate: 1e-3 })
    expect(run).toEqual({ ...fileDefaults, learning_rate: 1e-3 })
    expect(run.warmup_ratio).toBe(0)
    expect(run.gradient_accumulation_steps).toBe(1)
  })

  it('understands the classic script’s flat names', () => {
    const { run, warnings, stated } = parseRunFile({
      warmup_ratio: 0.03,
      group_by_length: true,
      max_seq_length: 512,
      bf16: false,
      fp16: true,
      lora_r: 64,
      lora_alpha: 16,
      lora_dropout: 0.1,
      use_4bit: true,
      bnb_4bit_compute_dtype: 'torch.float16',
      use_nested_quant: false,
      optim: 'paged_adamw_8bit',
      report_to: 'tensorboard',
    })
    expect(run).toMatchObject({ warmup_ratio: 0.03, group_by_length: true, max_length: 512, optim: 'paged_adamw_8bit' })
    expect(run.lora).toMatchObject({ r: 64, lora_alpha: 16, lora_dropout: 0.1 })
    expect(run.quantization).toMatchObject({ bnb_4bit_compute_dtype: 'float16', bnb_4bit_use_double_quant: false })
    expect(stated.has('lora.r')).toBe(true)
    expect(warnings).toHaveLength(1)
    expect(warnings[0].params.fields).toEqual(['bf16', 'fp16', 'report_to'])
  })

  it('that says how often checkpoints are written wants them', () => {
    expect(parseRunFile({ save_steps: 5 }).run).toMatchObject({ save_strategy: 'steps', save_steps: 5 })
    expect(parseRunFile({ save_steps: 5, save_strategy: 'no' }).run.save_strategy).toBe('no')
    expect(parseRunFile({}).run.save_strategy).toBe('no')
  })

  it('reads transformers 5 spellings', () => {
    const sequential = parseRunFile({ train_sampling_strategy: 'sequential', warmup_steps: 0.1 }).run
    expect(sequential).toMatchObject({ shuffle: false, group_by_length: false, warmup_ratio: 0.1, warmup_steps: 0 })
    const grouped = parseRunFile({ train_sampling_strategy: 'group_by_length' }).run
    expect(grouped).toMatchObject({ shuffle: true, group_by_length: true })
  })

  it('brings target modules to their canonical order', () => {
    expect(parseRunFile({ lora: { target_modules: ['v_proj', 'self_attn.q_proj'] } }).run.lora.target_modules).toEqual([
      'q_proj',
      'v_proj',
    ])
    expect(parseRunFile({ target_modules: 'all-linear' }).run.lora.target_modules).toHaveLength(7)
  })

  it.each<[unknown, ErrorCode, string]>([
    [{ lerning_rate: 1 }, 'run-unknown-fields', '"learning_rate"'],
    [{ lora: { rankk: 4 } }, 'run-unknown-fields', 'lora.rankk'],
    [{ wibble: 1, wobble: 2 }, 'run-unknown-fields', 'wobble'],
    [{ learning_rate: '2e-4 a step' }, 'run-field-invalid', 'learning_rate'],
    [{ learning_rate: 'Infinity' }, 'run-field-invalid', 'learning_rate'],
    [{ seed: '' }, 'run-field-invalid', 'seed'],
    [{ packing: 'yes' }, 'run-field-invalid', 'packing'],
    [{ load_best_model_at_end: true }, 'run-needs-evaluation', 'load_best_model_at_end'],
    [{ early_stopping_patience: 2 }, 'run-needs-evaluation', 'early_stopping_patience'],
    [{ save_strategy: 'best' }, 'run-needs-evaluation', 'save_strategy'],
    [{ eval_strategy: 'steps', metric_for_best_model: 'rouge' }, 'run-field-invalid', 'mean_token_accuracy'],
    [{ max_length: 12.5 }, 'run-field-invalid', 'a whole number ≥ 2'],
    [{ lora_dropout: 1 }, 'run-field-invalid', '< 1'],
    [{ max_steps: 0 }, 'run-field-invalid', '≠ 0'],
    [{ lr_scheduler_type: 'reduce_lr_on_plateau' }, 'run-field-invalid', 'cosine'],
    [{ lr_scheduler_kwargs: { num_cycles: 2 } }, 'run-unknown-fields', 'lr_scheduler_kwargs.num_cycles'],
    [{ lr_scheduler_kwargs: [1] }, 'run-not-an-object', 'lr_scheduler_kwargs'],
    [{ lr_scheduler_type: 'cosine_with_min_lr' }, 'run-schedule-needs', 'min_lr, min_lr_rate'],
    [
      { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr: 1e-5, min_lr_rate: 0.1 } },
      'run-schedule-needs',
      'min_lr_rate',
    ],
    [{ lr_scheduler_type: 'warmup_stable_decay' }, 'run-schedule-needs', 'num_decay_steps'],
    [
      { lr_scheduler_type: 'cosine_with_restarts', lr_scheduler_kwargs: { num_cycles: 1.5 } },
      'run-field-invalid',
      'lr_scheduler_kwargs.num_cycles',
    ],
    [
      { lr_scheduler_type: 'polynomial', lr_scheduler_kwargs: { lr_end: 2e-4 } },
      'run-field-invalid',
      'lr_scheduler_kwargs.lr_end',
    ],
    [{ bnb_4bit_quant_type: 'fp4' }, 'run-field-invalid', 'only "nf4"'],
    [{ optim: 'adafactor' }, 'run-optimizer-unsupported', 'adafactor'],
    [{ lora: { use_dora: true } }, 'run-field-unsupported', 'lora.use_dora'],
    [{ neftune_noise_alpha: 5 }, 'run-field-unsupported', 'neftune_noise_alpha'],
    [{ lora: { target_modules: ['lm_head'] } }, 'run-targets-invalid', 'lm_head'],
    [{ max_length: 64, max_seq_length: 65 }, 'run-field-twice', 'max_seq_length'],
    [[1], 'run-not-an-object', 'run file'],
    [{ toString: 1, constructor: 2 }, 'run-unknown-fields', 'constructor'],
    [{ lora: { valueOf: 1 } }, 'run-unknown-fields', 'lora.valueOf'],
    [JSON.parse('{"__proto__": 1}'), 'run-unknown-fields', '__proto__'],
    [{ seed: 3, data_seed: 4 }, 'run-field-unsupported', 'data_seed'],
    [{ eos_token: '<|im_end|>' }, 'run-field-unsupported', 'eos_token'],
    [{ chat_template_path: 'mine.jinja' }, 'run-field-unsupported', 'chat_template_path'],
    [{ dataset_text_field: 'content' }, 'run-field-unsupported', 'dataset_text_field'],
    [{ dataset_kwargs: { skip_prepare_dataset: true } }, 'run-field-unsupported', 'dataset_kwargs'],
    [{ model_init_kwargs: { revision: 'x' } }, 'run-field-unsupported', 'model_init_kwargs'],
  ])('refuses %j by name', (json, code, named) => {
    const error = refusal(json)
    expect(error.code).toBe(code)
    expect(error.message).toContain(named)
    expect(errorText(chinese, error.code, error.params)).toMatch(/[一-龥]/)
  })

  it('says where it computes otherwise than asked', () => {
    const { run, warnings } = parseRunFile({ bnb_4bit_compute_dtype: 'bfloat16' })
    expect(warnings.map((warning) => warning.code)).toEqual(['run-no-bfloat16'])
    expect(parseRunFile(run).run).toEqual(run)
    expect(parseRunFile({ group_by_length: true, shuffle: false }).warnings[0].code).toBe('run-grouping-shuffles')
  })

  it('takes what changes nothing', () => {
    const neutral = {
      data_seed: 3,
      seed: 3,
      dataset_text_field: 'text',
      dataset_kwargs: {},
      eos_token: null,
      model_init_kwargs: null,
    }
    expect(parseRunFile(neutral).warnings).toEqual([])
  })

  it('takes evaluations as transformers does; who holds rows out has them judged ten times', () => {
    expect(parseRunFile({ evaluation_strategy: 'steps', eval_steps: 10, per_device_eval_batch_size: 4 })).toMatchObject(
      {
        run: { eval_strategy: 'steps', eval_steps: 10, per_device_eval_batch_size: 4 },
        warnings: [],
      },
    )
    expect(parseRunFile({ eval_split: 0.1 }).run).toMatchObject({ eval_strategy: 'steps', eval_steps: 0.1 })
    expect(parseRunFile({ eval_data: 'x.jsonl', eval_strategy: 'epoch' }).run).toMatchObject({
      eval_data: 'x.jsonl',
      eval_strategy: 'epoch',
      eval_steps: null,
    })
    expect(parseRunFile({ eval_steps: 10 }).run.eval_strategy).toBe('no')
  })

  it('accepts the same value stated under two names, and null as absent', () => {
    expect(parseRunFile({ max_length: 64, max_seq_length: 64, warmup_steps: null }).run.max_length).toBe(64)
  })
})
