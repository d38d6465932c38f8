import type { ErrorCatalog } from './catalog'
import type { Expectation } from './expectation'
import { expectationText } from './expectation'

/** Errors of the page itself: a message names cause, consequence and next action, in that order. */
export const studioErrors = {
  'intake-zip-broken': {
    en: ({ file, reason }: { file: string; reason: string }) =>
      `${file} cannot be unpacked (${reason}): it is damaged, cut off or packed in a way that is not read here. Nothing was loaded. Download it again, or unpack it and choose the folder.`,
    zh: ({ file, reason }: { file: string; reason: string }) =>
      `${file} 无法解压（${reason}）：文件已损坏、不完整，或采用了这里不支持的压缩方式，因此没有加载任何内容。请重新下载，或自行解压后选择文件夹。`,
  },
  'intake-zip-no-adapter': {
    en: ({ file }: { file: string }) =>
      `${file} holds no adapter_config.json, so it is not a PEFT adapter and was not loaded. Choose the zip that was downloaded here, or a zip of a PEFT folder.`,
    zh: ({ file }: { file: string }) =>
      `${file} 里没有 adapter_config.json，不是 PEFT 适配器，因此没有加载。请选择从这里下载的 zip，或 PEFT 文件夹打包成的 zip。`,
  },
  'data-nothing-usable': {
    en: ({ file, rows }: { file: string; rows: number }) =>
      rows === 0
        ? `${file} has no rows. There is nothing to train on. Choose another file.`
        : `None of the ${rows} rows of ${file} can be used as they are, so there is nothing to train on yet. The reasons stand below: choose which columns hold question and answer, or mend the file.`,
    zh: ({ file, rows }: { file: string; rows: number }) =>
      rows === 0
        ? `${file} 里没有数据，无法训练。请换一个文件。`
        : `${file} 的 ${rows} 行目前都不能用，还无法训练。原因列在下面：请指定问题和回答各在哪一列，或修改文件。`,
  },
  'setting-refused': {
    en: ({ field, value, expected }: { field: string; value: string; expected: Expectation }) =>
      `"${field}" cannot be ${value}, so nothing starts with it. Enter ${expectationText(expected, 'en')}.`,
    zh: ({ field, value, expected }: { field: string; value: string; expected: Expectation }) =>
      `“${field}”不能是 ${value}，改正之前无法开始训练。应填${expectationText(expected, 'zh')}。`,
  },
  'run-in-other-tab': {
    en: ({ name }: { name: string }) =>
      `The run ${name} is going on in another tab of this browser, so it was not started here. Go to that tab, or close it and try again.`,
    zh: ({ name }: { name: string }) =>
      `训练 ${name} 正在此浏览器的另一个标签页中进行，因此没有在这里启动。请切换到那个标签页，或将其关闭后重试。`,
  },
  'run-needs-model': {
    en: ({ name, model }: { name: string; model: string }) =>
      `The run ${name} trained ${model}, which is not loaded, so it was not resumed. Nothing is lost: choose the folder ${model} in Model, then resume again.`,
    zh: ({ name, model }: { name: string; model: string }) =>
      `训练 ${name} 用的是模型 ${model}，而它现在没有载入，因此没有继续。进度仍然保留：请在“模型”中选择文件夹 ${model}，然后再继续。`,
  },
  'run-needs-data': {
    en: ({ name, file }: { name: string; file: string }) =>
      `The run ${name} learns from ${file}, which this page does not keep, so it was not resumed. Nothing is lost: open ${file} in Data, then resume again.`,
    zh: ({ name, file }: { name: string; file: string }) =>
      `训练 ${name} 用的数据是 ${file}，本页不会保存数据文件，因此没有继续。进度仍然保留：请在“数据”中打开 ${file}，然后再继续。`,
  },
  'browser-no-webgpu': {
    en: () =>
      'This browser does not offer WebGPU, so no model can be trained or run here. Open the page in a current Chrome, Edge, Firefox or Safari on a computer with a graphics card.',
    zh: () =>
      '此浏览器不提供 WebGPU，因此无法在这里训练或运行模型。请在带显卡的电脑上，用新版 Chrome、Edge、Firefox 或 Safari 打开本页。',
  },
} satisfies ErrorCatalog
