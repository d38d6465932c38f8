import type { ConfigExpectation, FormatsErrors } from '../../../errors/formats'
import type { ErrorTexts } from '../../../errors/texts'

const EXPECTED: Record<ConfigExpectation, string> = {
  whole: '正整数',
  positive: '正数',
  layers: '1 到 1000 的整数',
  share: '0 到 1 之间的数',
  even: '偶数',
  'token-ids': '词元编号或其列表',
  'divides-heads': '能整除 “num_attention_heads” 的数',
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`

function unreadableText({ reason, seconds }: FormatsErrors['verify-unreadable']): string {
  const known: Record<string, string> = {
    silent: `${seconds} 秒内没有任何响应`,
    worker: '运行它的后台线程出错退出',
    several: '它把该文件当成了多个文件之一',
    gaps: '张量没有首尾相接地占满文件',
  }
  return known[reason] ?? `它报告：“${reason}”`
}

export const formatsErrors: ErrorTexts<FormatsErrors> = {
  'json-not-object': (p) => `${p.file} 的内容是 JSON，但不是字段的集合，无法从中读取设置。请重新下载或重新导出该文件。`,
  'json-invalid': (p) => `${p.file} 不是有效的 JSON（${p.reason}），无法读取。请重新下载或重新导出该文件。`,
  'config-field': (p) =>
    `${p.file} 中的 “${p.field}” ${p.value ? `为 ${p.value}` : '缺失'}，应为${EXPECTED[p.expected]}，因此无法确定模型结构。` +
    `请从模型的原始仓库重新获取 ${p.file}。`,
  'model-architecture': (p) =>
    `该模型的架构是 ${p.architecture}，引擎无法计算，未加载任何内容。请改用以下架构的模型：${p.works}。`,
  'model-option': (p) =>
    `config.json 将 “${p.field}” 设为 ${p.value}，引擎不支持，算出的结果会是错的，因此未加载。请选择 “${p.field}” 为 ${p.works} 的模型。`,
  'model-rope-scaling': (p) =>
    `config.json 要求 “${p.type}” 类型的 RoPE 缩放，引擎不支持，位置编码会出错，因此未加载。请选择使用 default、linear 或 llama3 RoPE 的模型。`,
  'model-sliding-window': (p) =>
    `该模型使用 ${p.window} 个词元的滑动窗口注意力，短于其 ${p.context} 的上下文；引擎只支持全注意力，结果会不一致，因此未加载。请选择不使用滑动窗口的模型。`,
  'model-quantization': (p) =>
    `该检查点采用 ${p.method} 量化，此处无法读取，因此未加载。请选择该模型的 16 位版本，或 bitsandbytes NF4 版本（名称带 “-bnb-4bit”）。`,
  'safetensors-cut-off': (p) =>
    `${p.file} 不完整：文件头声明 ${p.expected} 字节，实际只有 ${p.actual} 字节，权重有缺失，因此未加载。请重新下载或复制该文件。`,
  'safetensors-header': (p) =>
    `${p.file} 的文件头已损坏（${p.reason}），无法定位其中的张量，因此未加载。请确认它是 safetensors 文件，并重新下载。`,
  'safetensors-layout': (p) => {
    const wrong = {
      hole: `${p.tensor} 之前有 ${p.bytes} 字节不属于任何张量`,
      overlap: `${p.tensor} 的开头有 ${p.bytes} 字节与另一个张量重叠`,
      behind: `最后一个张量之后还有 ${p.bytes} 字节`,
    }
    return `${p.file} 的内容与其文件头不符（${wrong[p.problem]}），权重不可信，因此未加载。请重新下载或重新保存该文件。`
  },
  'zip-entry-broken': (p) =>
    `${p.file} 中的 ${p.path} 无法解压（${p.reason}）：压缩包已损坏，或其格式在此无法读取，因此未加载。请重新下载或打包，或直接选择解压后的文件夹。`,
  'zip-entry-large': (p) =>
    `${p.file} 中的 ${p.path} 解压后有 ${p.bytes} 字节，此处最多解压 ${p.most} 字节，因此未加载。请自行解压后选择文件夹。`,
  'lfs-pointer': (p) =>
    `${p.file} 只是 Git LFS 指针（一小段占位文本），并不含真正的权重。请在该目录运行 “git lfs pull”，或直接下载该文件。`,
  'model-no-config': (p) =>
    `${p.folder} 中没有 config.json，不是 Hugging Face 布局的模型文件夹（其中有：${p.found}），因此未加载。请选择包含 config.json 和 safetensors 文件的文件夹。`,
  'model-many-configs': (p) =>
    `${p.folder} 中有多个模型（${p.places}），无法确定要用哪一个，因此未加载。请选择其中一个文件夹。`,
  'model-is-adapter': (p) =>
    `${p.folder} 是${p.base ? ` ${p.base} 的` : '一个'} LoRA 适配器，不是模型，本身没有基础权重。请先加载其基础模型，再在“试用”中打开该适配器。`,
  'model-no-weights': (p) =>
    `${p.folder} 中没有 safetensors 文件，没有可加载的权重（其中有：${p.found}）。.bin、.gguf、.pth 等其他格式不能读取，请获取该模型的 safetensors 版本。`,
  'model-missing-shards': (p) =>
    `${p.folder} 缺少 ${p.count} 个权重文件（${p.files}），模型不完整，因此未加载。请补齐缺失的文件后重新选择该文件夹。`,
  'model-missing-tensors': (p) =>
    `权重文件缺少 ${p.architecture} 模型所需的 ${p.count} 个张量（${p.tensors}），模型不完整，因此未加载。请确认 config.json 与 safetensors 文件属于同一个模型。`,
  'model-tensor-shape': (p) =>
    `${p.tensor} 的形状是 [${p.shape}]，而按 config.json 应为 [${p.expected}]，两者不属于同一个模型，因此未加载。请从同一仓库获取 config.json 和权重。`,
  'model-tensor-dtype': (p) =>
    `${p.tensor} 以 ${p.dtype} 存储，此处无法读取，因此未加载。请选择该模型的 bf16、f16 或 f32 版本，或 bitsandbytes NF4 版本（名称带 “-bnb-4bit”）。`,
  'model-no-tokenizer': (p) =>
    `${p.folder} 中没有 tokenizer.json，无法把文本转换成该模型的词元，因此未加载。请从模型的原始仓库复制 tokenizer.json 和 tokenizer_config.json 到该文件夹。`,
  'bnb-state': (p) =>
    `无法解析 ${p.tensor} 的 NF4 数据（${p.reason}），其数值不可知，因此未加载。请重新下载该检查点，或选择该模型的 16 位版本。`,
  'model-already-nf4': (p) =>
    `${p.folder} 已经是 4 位（NF4）检查点，无需再量化，未写入任何内容。请直接使用该文件夹，或改用该模型的 16 位或 32 位版本。`,
  'adapter-no-config': (p) =>
    `${p.folder} 中没有 adapter_config.json，不是 PEFT 适配器，未做任何更改。请选择包含 adapter_config.json 和 adapter_model.safetensors 的文件夹或压缩包。`,
  'adapter-no-weights': (p) =>
    `${p.folder} 中没有 adapter_model.safetensors，没有可加载的内容。` +
    (p.bin
      ? 'adapter_model.bin 是 pickle 文件，不予读取：请用较新的 PEFT 将适配器另存为 safetensors。'
      : '请补上该文件后重试。'),
  'adapter-option': (p) =>
    `adapter_config.json 将 “${p.field}” 设为 ${p.value}，引擎不支持，适配器未加载。此项只能为 ${p.works}。`,
  'adapter-unknown-tensor': (p) =>
    `该适配器修改了 ${p.tensor}，不属于引擎支持的七个投影层，加载后结果会不完整，因此未加载。请使用只作用于 q、k、v、o、gate、up、down 投影的适配器。`,
  'adapter-layers': (p) =>
    `该适配器修改第 ${p.layer} 层，而当前模型只有第 0 至 ${p.layers - 1} 层：它是为另一个模型训练的，因此未加载。请先加载该适配器对应的基础模型。`,
  'adapter-shape': (p) =>
    `适配器中 ${p.tensor} 的形状是 [${p.shape}]，当前模型需要 [${p.expected}]：它是为另一个模型训练的，因此未加载。请先加载该适配器对应的基础模型。`,
  'adapter-damaged': (p) =>
    `${p.folder} 中的 ${p.file} 与写入时不一致：内容与 manifest.json 的记录不符，载入的将不是训练所得的适配器，因此未加载。请重新复制该文件夹；如果是您自己修改了文件，请删除 manifest.json。`,
  'adapter-half': (p) =>
    `适配器缺少 ${p.module} 的 ${p.missing}，文件不完整，因此未加载。请重新下载或重新保存该适配器。`,
  'adapter-missing-modules': (p) =>
    `${p.folder} 的 adapter_config.json 列出了 ${p.modules}，但文件中没有对应的权重，适配器的实际范围小于声明，因此未加载。请重新保存适配器，或更正 target_modules。`,
  'adapter-foreign': (p) =>
    p.kind === 'mlx'
      ? `${p.folder} 是 mlx-lm 的适配器（lora_a、lora_b，缩放方式不同），不是 PEFT 适配器，此处无法读取，因此未加载。请先转换：PEFT 的 lora_A、lora_B 是 mlx-lm 两个矩阵的转置，lora_alpha 等于 scale 乘以秩。`
      : `${p.folder} 采用图像模型训练工具的命名（lora_down、lora_up），不是 PEFT 适配器，无法确定各张量的位置，因此未加载。请用 PEFT 保存，或选择 PEFT 适配器。`,
  'adapter-rank': (p) =>
    p.said > 0
      ? `adapter_config.json 中的秩为 ${p.said}，而 ${p.tensor} 的秩是 ${p.rank}，缩放系数 lora_alpha / r 无法确定，因此未加载。请改正 “r” 或 “rank_pattern”，或使用同一次训练的配置和权重。`
      : `${p.tensor} 的秩为 ${p.rank}，不含任何内容，因此未加载。请重新保存适配器。`,
  'adapter-pattern': (p) =>
    `adapter_config.json 的 “${p.field}” 中的 ${JSON.stringify(p.pattern)} 是 Python 正则表达式，此处无法计算（${p.reason}），该适配器的缩放系数未知，因此未加载。请改写为模块名称。`,
  'adapter-not-finite': (p) =>
    `适配器的 ${p.tensor} 含有 ${p.value}，任何回答都会是乱码：产生它的训练已经失败，因此未加载。请使用那次训练更早的检查点。`,
  'adapter-twice': (p) =>
    `适配器中 ${p.module} 的同一侧有两个张量（${p.tensors}），无法确定以哪个为准，因此未加载。请每个文件只保存一个适配器。`,
  'adapter-naming': (p) =>
    `${p.tensor} 的命名与当前模型的 PEFT 适配器不符，应为 ${p.expected}；PEFT 加载这样的文件不会有任何效果。因此未加载。请重命名张量，或用 PEFT 重新保存。`,
  'model-renamed-twice': (p) =>
    `权重文件中 ${p.tensor} 出现不止一次（${p.names}），无法确定以哪个为准，因此未加载。请用 save_pretrained() 重新保存模型。`,
  'model-unmerged': (p) =>
    `${p.folder} 的权重文件同时含有基础模型和适配器（${p.tensor}），不是普通模型，因此未加载。请在 merge_and_unload() 之后重新保存，或分别提供基础模型和适配器。`,
  'adapter-empty': (p) => `${p.folder} 中的适配器不含任何权重，加载后不会有变化，因此未加载。请重新保存该适配器。`,
  'gguf-tokenizer': (p) =>
    `llama.cpp 无法像该模型的 tokenizer.json 那样切分文本（“${p.part}”：${p.value}）：写成 GGUF 后，文字会变成与训练时不同的词元，因此未写入任何内容。请改为导出 safetensors 或 PEFT 适配器；transformers 和 vLLM 能按原样使用该分词器。`,
  'gguf-architecture': (p) =>
    `llama.cpp 没有对应 ${p.family} 模型的架构，写成 GGUF 也无法运行，因此未写入任何内容。请改为导出 safetensors 或 PEFT 适配器。`,
  'gguf-option': (p) =>
    `config.json 将 “${p.field}” 设为 ${p.value}，而 ${p.architecture} 架构的 GGUF 文件无法记录这一点：llama.cpp 会不加提示地算成另一个模型，因此未写入任何内容。请改为导出 safetensors 或 PEFT 适配器。`,
  'gguf-no-name': (p) =>
    `GGUF 没有张量 ${p.tensor} 的名称，llama.cpp 无法找到它，因此未写入任何内容。请改为导出 safetensors 或 PEFT 适配器。`,
  'export-unknown': (p) =>
    `没有“${p.kind}”这种导出格式${p.suggestion ? `（是不是“${p.suggestion}”？）` : ''}，未写入任何内容。可用格式：${p.known.join('、')}。`,
  'export-no-room': (p) =>
    `导出需要 ${gigabytes(p.needed)}，而目标位置只剩 ${gigabytes(p.free)}，因此没有开始。请腾出空间、换一个位置，或选择更小的格式。`,
  'verify-unreadable': (p) =>
    `${p.reader} 无法重新打开 ${p.file}（${unreadableText(p)}），因此还不能证明其他程序能打开它。文件本身与写入时一致。请在目标程序里试一试，或换用最新的 Chrome 或 Edge 打开本页。`,
  'verify-too-large': (p) =>
    `把导出内容当作模型打开需要 ${gigabytes(p.bytes)}，超过标签页在已加载的模型之外还能容纳的 ${gigabytes(p.most)}，因此没有向它提问，只读回核对了文件。请在目标程序里提问，命令见 README。`,
  'pack-damaged': ({ file, part }) =>
    `${file} 中的 ${part} 与打包时不同（缺失、被截断或被改动），因此没有取用其中任何内容。请重新获取该文件，或在来源处重新打包。`,
  'pack-none': ({ file }) =>
    `${file} 不是打包的训练：缺少 manifest.json，或其内容不符，未写入任何内容。请提供 “tune pack” 或“训练记录”里“保存为一个文件”得到的文件。`,
  'pack-empty': ({ file }) => `${file} 中既没有曲线也没有适配器，没有可取用的训练。请在来源处重新打包。`,
  'pack-nothing': ({ folder }) =>
    `${folder} 中没有带权重的 adapter/，没有可打包的内容。请给出 “tune train --out” 写入的文件夹；中断的训练在用 --resume 继续后才有适配器。`,
}
