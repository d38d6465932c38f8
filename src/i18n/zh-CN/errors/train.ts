import type { LeftWhy, TrainErrors } from '../../../errors/train'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

function damageText(damaged: string, reason: string): string {
  const known: Record<string, string> = {
    missing: `缺少 ${damaged}`,
    sha256: `${damaged} 的内容与写入时不一致`,
    manifest: `无法读取 ${damaged}`,
  }
  return known[reason] ?? `无法解析 ${damaged}（${reason}）`
}

/** 前几项，以及还有多少。 */
function overlapText<T>(all: readonly T[], one: (of: T) => string): string {
  const shown = all.slice(0, SHOWN).map(one).join('、')
  return all.length > SHOWN ? `${shown}，另有 ${all.length - SHOWN} 行` : shown
}
const SHOWN = 5

const leftReasons: Record<LeftWhy, string> = {
  unknown: '这里没有这个名称',
  'run-time': '要运行脚本才知道它的值，请在设置里填写',
  unsupported: '它会影响训练结果，而这里尚不支持，训练时不使用它',
  invalid: '这个字段在这里不能取这个值，保持默认值',
  formatting: '脚本用函数写出每行的文本；这里使用模型自带的模板。若要用别的文本，请把它放进“text”列',
  'held-out': '留出哪些行在这里设置',
  tokens: '这里不会增加 token，也不会换成模型自带模板以外的模板',
  callbacks: '步与步之间运行的代码在这里不会运行',
  full: '它训练全部权重；这里训练适配器，使用默认设置',
}

export const trainErrors: ErrorTexts<TrainErrors> = {
  'run-not-json': ({ file, reason }) =>
    `${file || '运行配置'} 不是合法的 JSON（${reason}），没有读取任何设置。请修正，或在这里导出一份配置再修改。`,
  'run-not-yaml': ({ file, reason }) =>
    `${file || '运行配置'} 不是有效的 YAML（${reason}），没有读取任何设置。请改正它，或在这里导出一份配置再修改。`,
  'run-script-empty': () =>
    '这个 Python 脚本里没有能不运行就读出的 BitsAndBytesConfig、LoraConfig、TrainingArguments 或 SFTConfig，没有读取任何设置。请粘贴有它们的那一段，或打开一个运行文件。',
  'run-read': ({ trainer, fields, model, data }) =>
    `已按 ${trainer} 的设置读取，采用了 ${fields.length} 项：${fields.join('、')}。` +
    (model ? `它使用的模型是 ${model}。` : '') +
    (data ? `它使用的数据是 ${data}。` : '') +
    '模型和数据请自行打开。',
  'run-left': ({ written, line, why, suggestion }) =>
    `未采用：${line === null ? '' : `第 ${line} 行，`}${written}：${leftReasons[why]}。${suggestion ? `是不是“${suggestion}”？` : ''}`,
  'run-not-an-object': ({ what }) => `“${what}”不是 JSON 对象，没有读取任何设置。请写成 {"名称": 值, ...} 的形式。`,
  'run-unknown-fields': ({ fields }) =>
    `运行配置里有无法识别的字段：${fields
      .map((f) => (f.suggestion ? `“${f.field}”（是不是“${f.suggestion}”？）` : `“${f.field}”`))
      .join('、')}。为避免设置被悄悄忽略，没有用它开始训练。请改正或删除这些字段。`,
  'run-field-invalid': ({ field, value, expected }) =>
    `“${field}”的值是 ${value}，应为${expectationText(expected)}。没有用它开始训练，请修改这个字段。`,
  'run-field-twice': ({ first, second }) =>
    `“${first}”和“${second}”是同一项设置，但值不一样。没有用它们开始训练，请只保留一个。`,
  'run-packing-uncut': () =>
    '运行配置同时设置了 "packing" 和 "max_length": null，但只有给出长度才能把多行拼在一起。没有读取任何设置。请给 "max_length" 一个数，或去掉 "packing"。',
  'run-field-unsupported': ({ field, value }) =>
    `“${field}”的值 ${value} 会影响训练结果，而这里尚不支持。没有用它开始训练；删除该字段即可在没有它的情况下继续。`,
  'run-optimizer-unsupported': ({ optim, known }) =>
    `不支持优化器“${optim}”，没有用它开始训练。请把 “optim” 设为以下之一：${known.join('、')}。`,
  'run-optimizer-instead': ({ optim, used }) =>
    `“${optim}”是 transformers 4 自己的 AdamW，第 5 版已经去掉。这里用 ${used}：两者的差别在于加 epsilon 的位置，以及权重衰减在更新之前而不是之后。运行照常进行。`,
  'run-schedule-needs': ({ schedule, oneOf, stated }) =>
    `学习率计划“${schedule}”需要在“lr_scheduler_kwargs”里给出${oneOf.length > 1 ? ` ${oneOf.join('、')} 中恰好一个` : ` ${oneOf[0]}`}，现在${stated.length === 0 ? '一个也没有' : `有 ${stated.join('、')}`}。没有用它开始运行。请写成 "lr_scheduler_kwargs": {"${oneOf.at(-1)}": ...}。`,
  'run-targets-invalid': ({ field, wrong, known }) =>
    `“${field}”中的 ${wrong.map((w) => `“${w}”`).join('、')} 在这里不能添加适配器，没有用它们开始训练。可用的有：${known.join('、')}，或 "all-linear"。`,
  'run-grouping-shuffles': () =>
    'group_by_length 会决定数据行的顺序，因此 "shuffle": false 不起作用。要保持文件原有顺序，请关闭按长度分组。',
  'run-no-bfloat16': () =>
    'WebGPU 不支持 bfloat16，本次训练将以 float32 计算，精度只高不低。若想让激活值占用的显存减半，请把 bnb_4bit_compute_dtype 设为 "float16"。',
  'run-fields-without-effect': ({ fields }) =>
    `以下字段已识别，但在这里不起作用：${fields.join('、')}。它们只与日志、上传或其他机器有关，训练照常进行。`,
  'run-needs-evaluation': ({ field }) =>
    `“${field}”需要评估结果，但 "eval_strategy" 是 "no"。没有用它开始训练。请把 "eval_strategy" 设为 "steps" 或 "epoch"，并用 "eval_split" 留出数据行，或删除该字段。`,
  'train-excluded-all': ({ rows }) =>
    `“exclude_rows”排除了数据集的全部 ${rows} 行，没有可训练的内容，没有开始训练。请放回其中一些行。`,
  'train-excluded-unknown': ({ rows }) =>
    `“exclude_rows”里有数据集没有的行：${rows.join('、')}。训练照常进行。请检查这些设置是否属于另一个文件。`,
  'eval-no-rows': ({ eval_strategy }) =>
    `"eval_strategy": "${eval_strategy}" 要求评估，但没有留出的数据行，训练照常进行但不做评估。请设置 "eval_split"（0.1 即十分之一的行），或指定第二个文件。`,
  'eval-needs-rows': ({ field }) =>
    `“${field}”要依据留出的行，但没有留出任何行，没有开始训练。请设置 "eval_split"（0.1 即十分之一的行），指定第二个文件，或关闭该字段。`,
  'eval-split-leaves-none': ({ rows, held, left }) =>
    left === 'train'
      ? `共 ${rows} 行，留出 ${held} 行后没有可训练的行，没有开始训练。请调小 "eval_split"，或增加数据行。`
      : '第二个文件里没有可评估的行，没有开始训练。请查看其中被排除的行，或用 "eval_split" 留出数据行。',
  'eval-split-unknown': ({ split, splits }) =>
    `没有任何行的“split”列是“${split}”${splits.length > 0 ? `；现有的是 ${splits.join('、')}` : '，也没有这样的列'}。没有开始训练。请把 "eval_split" 设为其中之一，或一个比例，例如 0.1。`,
  'eval-other-format': (p) =>
    `${p.eval_data} 的行是“${p.eval_format}”，而 ${p.data} 是“${p.format}”：在它上面的损失说明不了这次训练。没有开始训练。请选择同类的第二个文件，或用 "eval_split" 留出数据行。`,
  'eval-overlap': ({ overlap }) =>
    `留出的行中有 ${overlap.length} 行也在训练行里：${overlapText(overlap, (one) => `第 ${one.held} 行${one.kind === 'exact' ? '等于' : '几乎等于'}第 ${one.train} 行`)}。它们的损失反映的是记忆而不是学会。设置 "eval_drop_overlap": true 可去掉它们。`,
  'eval-too-large': ({ reason }) =>
    `训练时无法同时评估留出的行（${reason}）。训练照常进行但不做评估，数值不变。请调小 max_length 或批大小。`,
  'eval-stopped-early': ({ step, patience, best }) =>
    `第 ${step} 步后停止：连续 ${patience} 次评估没有改善${best === null ? '' : `，最好的是第 ${best} 步`}。`,
  'eval-best-kept': ({ step, metric, value }) =>
    `保留的是第 ${step} 步的适配器，此时留出行上的 ${metric} 最好（${value}）；之后的步不采用。`,
  'train-no-rows': () => '数据集中没有可用于训练的行，无法训练。请查看被排除的行及原因。',
  'train-no-step': () => '训练在第一步之前就被停止，什么都没有学到，因此没有写出适配器。需要时请重新开始。',
  'train-no-checkpoint': ({ folder }) =>
    `${folder} 中没有完整的检查点，无法继续训练。请选择含有 run_state.json 和 optimizer.safetensors 的文件夹，或重新开始。`,
  'train-checkpoint-damaged': ({ folder, damaged, reason, instead }) =>
    `${folder} 已损坏：${damageText(damaged, reason)}，从这里继续就不再是同一次训练，因此没有开始。` +
    (instead ? `最近一个完好的检查点是 ${instead}，请从它继续。` : '请重新复制该检查点，或重新开始训练。'),
  'train-checkpoint-passed-over': ({ folder, damaged, reason }) =>
    `${folder} 已损坏（${damageText(damaged, reason)}），已跳过，训练从前一个检查点继续。其后的步骤会重做，结果相同。该文件夹可随时删除。`,
  'train-checkpoint-unchecked': ({ folder }) =>
    `${folder} 由较早的版本写入，没有校验清单，无法检查文件是否损坏。训练从这里继续，之后的检查点会带有校验。`,
  'train-other-model': () =>
    '当前模型与检查点所用的不同（权重不一致），继续下去就不再是同一次训练，因此没有开始。请载入这次训练最初所用的模型。',
  'train-other-data': () =>
    '当前数据集与检查点所用的不同（数据行、token 或标签不一致），继续下去就不再是同一次训练，因此没有开始。请载入同一个文件，并使用相同的 max_length 和损失选项。',
  'train-checkpoints-unkept': ({ save_strategy }) =>
    `“save_strategy”为“${save_strategy}”，即要求保存检查点，但没有指定保存位置。训练照常进行，结束时仍会保留适配器。`,
  'train-result-elsewhere': (p) =>
    `无法写入 ${p.wanted}：${p.reason}原有内容保持不变。结果已保存到 ${p.place}，请自行移动到需要的位置。${p.checkpoint ? `最近一个完好的检查点是 ${p.checkpoint}。` : ''}`,
  'train-result-nowhere': (p) =>
    `无法写入 ${p.wanted}：${p.reason}也无法写入 ${p.tried.join('、')}。${p.checkpoint ? `最近一个完好的检查点是 ${p.checkpoint}：请清理空间，再用 --resume 从它继续。` : '没有保存检查点，训练结果已丢失。请清理空间，在运行配置中设置 "save_steps"，然后重新训练。'}`,
  'train-answers-failed': ({ reason }) =>
    `训练途中无法试答（${reason}）。训练照常进行，数值不受影响，只是不再试答。训练结束后可以到“试用”里提问。`,
  'train-checkpoint-failed': ({ step, last, reason }) =>
    `第 ${step} 步之后的检查点未能写入（${reason}）。训练照常进行；若中途断开，${last === null ? '只能从头开始' : `可以从完好的 checkpoint-${last} 继续`}。请清理一些磁盘空间。`,
  'train-non-finite': (p) =>
    `第 ${p.step} 步出现了非数值（损失 ${p.loss}，梯度范数 ${p.gradNorm}；${p.layer === null ? '前向计算正常，反向传播异常' : `最早出现在第 ${p.layer} 层`}；数据行 ${p.rows.join('、')}）。` +
    '训练已停止，这一步没有改动适配器。请降低 learning_rate，把 max_grad_norm 保持为 1，并检查这些行。',
}
