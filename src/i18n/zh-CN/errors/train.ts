import type { TrainErrors } from '../../../errors/train'
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

export const trainErrors: ErrorTexts<TrainErrors> = {
  'run-not-json': ({ reason }) =>
    `运行配置不是合法的 JSON（${reason}），没有读取任何设置。请修正，或在这里导出一份配置再修改。`,
  'run-not-an-object': ({ what }) => `“${what}”不是 JSON 对象，没有读取任何设置。请写成 {"名称": 值, ...} 的形式。`,
  'run-unknown-fields': ({ fields }) =>
    `运行配置里有无法识别的字段：${fields
      .map((f) => (f.suggestion ? `“${f.field}”（是不是“${f.suggestion}”？）` : `“${f.field}”`))
      .join('、')}。为避免设置被悄悄忽略，没有用它开始训练。请改正或删除这些字段。`,
  'run-field-invalid': ({ field, value, expected }) =>
    `“${field}”的值是 ${value}，应为${expectationText(expected)}。没有用它开始训练，请修改这个字段。`,
  'run-field-twice': ({ first, second }) =>
    `“${first}”和“${second}”是同一项设置，但值不一样。没有用它们开始训练，请只保留一个。`,
  'run-field-unsupported': ({ field, value }) =>
    `“${field}”: ${value} 会影响训练结果，而这里尚不支持。没有用它开始训练；删除该字段即可在没有它的情况下继续。`,
  'run-optimizer-unsupported': ({ optim, known }) =>
    `不支持优化器“${optim}”，没有用它开始训练。请把 “optim” 设为以下之一：${known.join('、')}。`,
  'run-targets-invalid': ({ field, wrong, known }) =>
    `“${field}”中的 ${wrong.map((w) => `“${w}”`).join('、')} 在这里不能添加适配器，没有用它们开始训练。可用的有：${known.join('、')}，或 "all-linear"。`,
  'run-grouping-shuffles': () =>
    'group_by_length 会决定数据行的顺序，因此 "shuffle": false 不起作用。要保持文件原有顺序，请关闭按长度分组。',
  'run-no-bfloat16': () =>
    'WebGPU 不支持 bfloat16，本次训练将以 float32 计算，精度只高不低。若想让激活值占用的显存减半，请把 bnb_4bit_compute_dtype 设为 "float16"。',
  'run-fields-without-effect': ({ fields }) =>
    `以下字段已识别，但在这里不起作用：${fields.join('、')}。它们只与日志、上传或其他机器有关，训练照常进行。`,
  'run-no-evaluation': ({ fields }) =>
    `${fields.join('、')} 要求在训练途中评估，这里不支持，训练会照常进行但不做评估。请在训练后评估适配器，例如使用“tune eval”。`,
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
    `“save_strategy”: “${save_strategy}”要求保存检查点，但没有指定保存位置。训练照常进行，结束时仍会保留适配器。`,
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
