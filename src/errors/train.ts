import type { ErrorCatalog } from './catalog'
import type { Expectation } from './expectation'
import { expectationText } from './expectation'

interface CheckpointDamage {
  folder: string
  /** The file that is not as it was written. */
  damaged: string
  /** 'missing', 'sha256', 'manifest', or what a reader said of its content. */
  reason: string
}

function damageText(damaged: string, reason: string, language: 'en' | 'zh'): string {
  const known: Record<string, { en: string; zh: string }> = {
    missing: { en: `${damaged} is not there`, zh: `缺少 ${damaged}` },
    sha256: { en: `the bytes of ${damaged} are not those that were written`, zh: `${damaged} 的内容与写入时不一致` },
    manifest: { en: `${damaged} cannot be read`, zh: `无法读取 ${damaged}` },
  }
  const other = { en: `${damaged} cannot be understood (${reason})`, zh: `无法解析 ${damaged}（${reason}）` }
  return (known[reason] ?? other)[language]
}

/** Errors of train: a message names cause, consequence and next action, in that order. */
export const trainErrors = {
  'run-not-json': {
    en: ({ reason }: { reason: string }) =>
      `The run file is not valid JSON (${reason}). No setting was read. Correct it, or export a run file here and edit that.`,
    zh: ({ reason }: { reason: string }) =>
      `运行配置不是合法的 JSON（${reason}），没有读取任何设置。请修正，或在这里导出一份配置再修改。`,
  },
  'run-not-an-object': {
    en: ({ what }: { what: string }) =>
      `"${what}" is not a JSON object. No setting was read. Write it as {"name": value, ...}.`,
    zh: ({ what }: { what: string }) => `“${what}”不是 JSON 对象，没有读取任何设置。请写成 {"名称": 值, ...} 的形式。`,
  },
  'run-unknown-fields': {
    en: ({ fields }: { fields: { field: string; suggestion: string | null }[] }) =>
      `The run file has ${fields.length === 1 ? 'a field that is' : 'fields that are'} not known here: ${fields
        .map((f) => (f.suggestion ? `"${f.field}" (did you mean "${f.suggestion}"?)` : `"${f.field}"`))
        .join(', ')}. No run was started with it, so that no setting is lost in silence. Correct or remove them.`,
    zh: ({ fields }: { fields: { field: string; suggestion: string | null }[] }) =>
      `运行配置里有无法识别的字段：${fields
        .map((f) => (f.suggestion ? `“${f.field}”（是不是“${f.suggestion}”？）` : `“${f.field}”`))
        .join('、')}。为避免设置被悄悄忽略，没有用它开始训练。请改正或删除这些字段。`,
  },
  'run-field-invalid': {
    en: ({ field, value, expected }: { field: string; value: string; expected: Expectation }) =>
      `"${field}" is ${value}, but must be ${expectationText(expected, 'en')}. No run was started with it. Correct the field.`,
    zh: ({ field, value, expected }: { field: string; value: string; expected: Expectation }) =>
      `“${field}”的值是 ${value}，应为${expectationText(expected, 'zh')}。没有用它开始训练，请修改这个字段。`,
  },
  'run-field-twice': {
    en: ({ first, second }: { first: string; second: string }) =>
      `"${first}" and "${second}" set the same thing to different values. No run was started with them. Keep one of them.`,
    zh: ({ first, second }: { first: string; second: string }) =>
      `“${first}”和“${second}”是同一项设置，但值不一样。没有用它们开始训练，请只保留一个。`,
  },
  'run-field-unsupported': {
    en: ({ field, value }: { field: string; value: string }) =>
      `"${field}": ${value} would change what is learnt and is not supported here. No run was started with it. Remove the field to go on without it.`,
    zh: ({ field, value }: { field: string; value: string }) =>
      `“${field}”: ${value} 会影响训练结果，而这里尚不支持。没有用它开始训练；删除该字段即可在没有它的情况下继续。`,
  },
  'run-optimizer-unsupported': {
    en: ({ optim, known }: { optim: string; known: string[] }) =>
      `The optimiser "${optim}" is not supported. No run was started with it. Set "optim" to one of ${known.join(', ')}.`,
    zh: ({ optim, known }: { optim: string; known: string[] }) =>
      `不支持优化器“${optim}”，没有用它开始训练。请把 “optim” 设为以下之一：${known.join('、')}。`,
  },
  'run-targets-invalid': {
    en: ({ field, wrong, known }: { field: string; wrong: string[]; known: string[] }) =>
      `"${field}" names ${wrong.map((w) => `"${w}"`).join(', ')}, which cannot be adapted here. No run was started with it. Use any of ${known.join(', ')}, or "all-linear".`,
    zh: ({ field, wrong, known }: { field: string; wrong: string[]; known: string[] }) =>
      `“${field}”中的 ${wrong.map((w) => `“${w}”`).join('、')} 在这里不能添加适配器，没有用它们开始训练。可用的有：${known.join('、')}，或 "all-linear"。`,
  },
  'run-grouping-shuffles': {
    en: () =>
      'group_by_length decides the order of rows, so "shuffle": false has no effect. Turn grouping off to keep the order of the file.',
    zh: () =>
      'group_by_length 会决定数据行的顺序，因此 "shuffle": false 不起作用。要保持文件原有顺序，请关闭按长度分组。',
  },
  'run-no-bfloat16': {
    en: () =>
      'WebGPU has no bfloat16, so this run computes in float32, which is never less exact. To halve the memory of activations, set bnb_4bit_compute_dtype to "float16".',
    zh: () =>
      'WebGPU 不支持 bfloat16，本次训练将以 float32 计算，精度只高不低。若想让激活值占用的显存减半，请把 bnb_4bit_compute_dtype 设为 "float16"。',
  },
  'run-fields-without-effect': {
    en: ({ fields }: { fields: string[] }) =>
      `Understood, but without effect here: ${fields.join(', ')}. They concern logging, uploads or another machine. The run goes on.`,
    zh: ({ fields }: { fields: string[] }) =>
      `以下字段已识别，但在这里不起作用：${fields.join('、')}。它们只与日志、上传或其他机器有关，训练照常进行。`,
  },
  'run-no-evaluation': {
    en: ({ fields }: { fields: string[] }) =>
      `${fields.join(', ')} ${fields.length === 1 ? 'asks' : 'ask'} for an evaluation between steps, which is not done here. The run goes on without. Evaluate the adapter afterwards, for example with "tune eval".`,
    zh: ({ fields }: { fields: string[] }) =>
      `${fields.join('、')} 要求在训练途中评估，这里不支持，训练会照常进行但不做评估。请在训练后评估适配器，例如使用“tune eval”。`,
  },
  'train-no-rows': {
    en: () =>
      'No row of the data set can be trained on. There is nothing to learn from. Look at the list of rows that were left out.',
    zh: () => '数据集中没有可用于训练的行，无法训练。请查看被排除的行及原因。',
  },
  'train-no-step': {
    en: () =>
      'The run was stopped before its first step, so nothing was learnt and no adapter was written. Start it again when you like.',
    zh: () => '训练在第一步之前就被停止，什么都没有学到，因此没有写出适配器。需要时请重新开始。',
  },
  'train-no-checkpoint': {
    en: ({ folder }: { folder: string }) =>
      `${folder} holds no complete checkpoint, so the run cannot be continued. Choose a folder that has run_state.json and optimizer.safetensors, or start anew.`,
    zh: ({ folder }: { folder: string }) =>
      `${folder} 中没有完整的检查点，无法继续训练。请选择含有 run_state.json 和 optimizer.safetensors 的文件夹，或重新开始。`,
  },
  'train-checkpoint-damaged': {
    en: ({ folder, damaged, reason, instead }: CheckpointDamage & { instead: string | null }) =>
      `${folder} is damaged: ${damageText(damaged, reason, 'en')}, so a run that went on from it would not be the same run. It was not started. ` +
      (instead
        ? `The last whole checkpoint is ${instead}: go on from that one.`
        : 'Copy the checkpoint again, or start anew.'),
    zh: ({ folder, damaged, reason, instead }: CheckpointDamage & { instead: string | null }) =>
      `${folder} 已损坏：${damageText(damaged, reason, 'zh')}，从这里继续就不再是同一次训练，因此没有开始。` +
      (instead ? `最近一个完好的检查点是 ${instead}，请从它继续。` : '请重新复制该检查点，或重新开始训练。'),
  },
  'train-checkpoint-passed-over': {
    en: ({ folder, damaged, reason }: CheckpointDamage) =>
      `${folder} is damaged (${damageText(damaged, reason, 'en')}), so it was passed over and the run goes on from the one before. The steps since then are done again, with the same result. Delete the folder when you like.`,
    zh: ({ folder, damaged, reason }: CheckpointDamage) =>
      `${folder} 已损坏（${damageText(damaged, reason, 'zh')}），已跳过，训练从前一个检查点继续。其后的步骤会重做，结果相同。该文件夹可随时删除。`,
  },
  'train-checkpoint-unchecked': {
    en: ({ folder }: { folder: string }) =>
      `${folder} was written by an earlier version, without a manifest, so its files could not be checked for damage. The run goes on from it; its next checkpoint is checked.`,
    zh: ({ folder }: { folder: string }) =>
      `${folder} 由较早的版本写入，没有校验清单，无法检查文件是否损坏。训练从这里继续，之后的检查点会带有校验。`,
  },
  'train-other-model': {
    en: () =>
      'The model is not the one that the checkpoint was made with (its weights differ), so the run would not continue but become another one. It was not started. Load the model that the run began with.',
    zh: () =>
      '当前模型与检查点所用的不同（权重不一致），继续下去就不再是同一次训练，因此没有开始。请载入这次训练最初所用的模型。',
  },
  'train-other-data': {
    en: () =>
      'The data set is not the one that the checkpoint was made with (rows, tokens or labels differ), so the run would not continue but become another one. It was not started. Load the same file with the same max_length and loss options.',
    zh: () =>
      '当前数据集与检查点所用的不同（数据行、token 或标签不一致），继续下去就不再是同一次训练，因此没有开始。请载入同一个文件，并使用相同的 max_length 和损失选项。',
  },
  'train-checkpoints-unkept': {
    en: ({ save_strategy }: { save_strategy: string }) =>
      `"save_strategy": "${save_strategy}" asks for checkpoints, but nobody gave a place for them. The run goes on without; the adapter is kept at the end.`,
    zh: ({ save_strategy }: { save_strategy: string }) =>
      `“save_strategy”: “${save_strategy}”要求保存检查点，但没有指定保存位置。训练照常进行，结束时仍会保留适配器。`,
  },
  'train-result-elsewhere': {
    en: (p: { wanted: string; reason: string; place: string; checkpoint: string | null }) =>
      `${p.wanted} could not be written: ${p.reason} What was there before is as it was. The result is kept in ${p.place}: move it where you want it.${p.checkpoint ? ` The last whole checkpoint is ${p.checkpoint}.` : ''}`,
    zh: (p: { wanted: string; reason: string; place: string; checkpoint: string | null }) =>
      `无法写入 ${p.wanted}：${p.reason}原有内容保持不变。结果已保存到 ${p.place}，请自行移动到需要的位置。${p.checkpoint ? `最近一个完好的检查点是 ${p.checkpoint}。` : ''}`,
  },
  'train-result-nowhere': {
    en: (p: { wanted: string; reason: string; tried: string[]; checkpoint: string | null }) =>
      `${p.wanted} could not be written: ${p.reason} Nor could ${p.tried.join(', ')}. ${p.checkpoint ? `The last whole checkpoint is ${p.checkpoint}: free some space and go on from it with --resume.` : 'No checkpoint was kept, so what was learnt is lost. Free some space, set "save_steps" in the run file, and train again.'}`,
    zh: (p: { wanted: string; reason: string; tried: string[]; checkpoint: string | null }) =>
      `无法写入 ${p.wanted}：${p.reason}也无法写入 ${p.tried.join('、')}。${p.checkpoint ? `最近一个完好的检查点是 ${p.checkpoint}：请清理空间，再用 --resume 从它继续。` : '没有保存检查点，训练结果已丢失。请清理空间，在运行配置中设置 "save_steps"，然后重新训练。'}`,
  },
  'train-answers-failed': {
    en: ({ reason }: { reason: string }) =>
      `The model could not answer beside the run (${reason}). The run goes on without answers, and its numbers are the same. Ask in Try when it has ended.`,
    zh: ({ reason }: { reason: string }) =>
      `训练途中无法试答（${reason}）。训练照常进行，数值不受影响，只是不再试答。训练结束后可以到“试用”里提问。`,
  },
  'train-checkpoint-failed': {
    en: ({ step, last, reason }: { step: number; last: number | null; reason: string }) =>
      `The checkpoint after step ${step} could not be written (${reason}). The run goes on; if it is interrupted, ${last === null ? 'it must begin anew' : `it can be resumed from checkpoint-${last}, which is whole`}. Free some disk space.`,
    zh: ({ step, last, reason }: { step: number; last: number | null; reason: string }) =>
      `第 ${step} 步之后的检查点未能写入（${reason}）。训练照常进行；若中途断开，${last === null ? '只能从头开始' : `可以从完好的 checkpoint-${last} 继续`}。请清理一些磁盘空间。`,
  },
  'train-non-finite': {
    en: (p: { step: number; layer: number | null; rows: number[]; loss: string; gradNorm: string }) =>
      `Step ${p.step} gave values that are not numbers (loss ${p.loss}, gradient norm ${p.gradNorm}; ` +
      `${p.layer === null ? 'the forward pass is clean, the backward pass is not' : `first seen in layer ${p.layer}`}; rows ${p.rows.join(', ')}). ` +
      'Training stopped, and this step did not change the adapter. Lower learning_rate, keep max_grad_norm at 1, and look at these rows.',
    zh: (p: { step: number; layer: number | null; rows: number[]; loss: string; gradNorm: string }) =>
      `第 ${p.step} 步出现了非数值（损失 ${p.loss}，梯度范数 ${p.gradNorm}；${p.layer === null ? '前向计算正常，反向传播异常' : `最早出现在第 ${p.layer} 层`}；数据行 ${p.rows.join('、')}）。` +
      '训练已停止，这一步没有改动适配器。请降低 learning_rate，把 max_grad_norm 保持为 1，并检查这些行。',
  },
} satisfies ErrorCatalog
