import type { StudioErrors } from '../../../errors/studio'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

export const studioErrors: ErrorTexts<StudioErrors> = {
  'intake-zip-broken': ({ file, reason }) =>
    `${file} 无法解压（${reason}）：文件已损坏、不完整，或采用了这里不支持的压缩方式，因此没有加载任何内容。请重新下载，或自行解压后选择文件夹。`,
  'intake-zip-no-adapter': ({ file }) =>
    `${file} 里没有 adapter_config.json，不是 PEFT 适配器，因此没有加载。请选择从这里下载的 zip，或 PEFT 文件夹打包成的 zip。`,
  'data-nothing-usable': ({ file, rows }) =>
    rows === 0
      ? `${file} 里没有数据，无法训练。请换一个文件。`
      : `${file} 的 ${rows} 行目前都不能用，还无法训练。原因列在下面：请指定问题和回答各在哪一列，或修改文件。`,
  'setting-refused': ({ field, value, expected }) =>
    `“${field}”不能是 ${value}，改正之前无法开始训练。应填${expectationText(expected)}。`,
  'run-in-other-tab': ({ name }) =>
    `训练 ${name} 正在此浏览器的另一个标签页中进行，因此没有在这里启动。请切换到那个标签页，或将其关闭后重试。`,
  'run-unkept': ({ name }) =>
    `浏览器已没有空间保存训练“${name}”，它只在这个标签页里，关闭后就会消失；在此之前什么也不会丢。请先下载适配器，或清理磁盘、删除旧训练和缓存的模型。`,
  'run-needs-model': ({ name, model }) =>
    `训练 ${name} 用的是模型 ${model}，而它现在没有载入，因此没有继续。进度仍然保留：请在“模型”中选择文件夹 ${model}，然后再继续。`,
  'run-needs-data': ({ name, file }) =>
    `训练 ${name} 用的数据是 ${file}，本页不会保存数据文件，因此没有继续。进度仍然保留：请在“数据”中打开 ${file}，然后再继续。`,
  'run-needs-eval-data': ({ name, file }) =>
    `训练 ${name} 用 ${file} 评估，本页没有保存它，因此没有继续。进度仍然保留：请选择 ${file} 作为评估文件，然后再继续。`,
  'browser-full': () =>
    '浏览器已没有空间留给本页。训练、问答和下载都照常，但新的数据、设置和训练在刷新后都不会保留。请下载想保留的内容，或清理磁盘空间、删除旧的训练记录和已缓存的模型。',
  'merged-unkept': ({ name }) =>
    `合并后的模型 ${name} 已完整写出，只是浏览器里没有空间再存一份。下载不受影响；想在浏览器中保留，请清理磁盘空间，或删除旧的训练记录和已缓存的模型。`,
  'browser-no-webgpu': () =>
    '此浏览器不提供 WebGPU，因此无法在这里训练或运行模型。请在带显卡的电脑上，用新版 Chrome、Edge、Firefox 或 Safari 打开本页。',
}
