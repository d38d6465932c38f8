import type { ErrorCatalog } from './catalog'

/** What a configuration field should have been. */
export type Expectation = 'whole' | 'positive' | 'even' | 'token-ids' | 'divides-heads'

const EXPECTED: Record<Expectation, { en: string; zh: string }> = {
  whole: { en: 'a positive whole number', zh: '正整数' },
  positive: { en: 'a positive number', zh: '正数' },
  even: { en: 'an even number', zh: '偶数' },
  'token-ids': { en: 'a token id or a list of them', zh: '词元编号或其列表' },
  'divides-heads': { en: 'a divisor of "num_attention_heads"', zh: '能整除 “num_attention_heads” 的数' },
}

/** Errors of formats: a message names cause, consequence and next action, in that order. */
export const formatsErrors = {
  'json-invalid': {
    en: (p: { file: string; reason: string }) =>
      `${p.file} is not valid JSON (${p.reason}), so it cannot be read. Download or export the file again.`,
    zh: (p: { file: string; reason: string }) =>
      `${p.file} 不是有效的 JSON（${p.reason}），无法读取。请重新下载或重新导出该文件。`,
  },
  'config-field': {
    en: (p: { file: string; field: string; value: string; expected: Expectation }) =>
      `${p.file}: "${p.field}" is ${p.value || 'missing'} where ${EXPECTED[p.expected].en} is needed, so the model's shape is unknown. ` +
      `Take ${p.file} from the model's original repository.`,
    zh: (p: { file: string; field: string; value: string; expected: Expectation }) =>
      `${p.file} 中的 “${p.field}” ${p.value ? `为 ${p.value}` : '缺失'}，应为${EXPECTED[p.expected].zh}，因此无法确定模型结构。` +
      `请从模型的原始仓库重新获取 ${p.file}。`,
  },
  'model-architecture': {
    en: (p: { architecture: string; works: string }) =>
      `This model's architecture is ${p.architecture}, which the engine cannot compute. Nothing was loaded. Choose a model of one of these: ${p.works}.`,
    zh: (p: { architecture: string; works: string }) =>
      `该模型的架构是 ${p.architecture}，引擎无法计算，未加载任何内容。请改用以下架构的模型：${p.works}。`,
  },
  'model-option': {
    en: (p: { field: string; value: string; works: string }) =>
      `config.json sets "${p.field}" to ${p.value}, which the engine does not compute: its results would be wrong. Nothing was loaded. Choose a model with "${p.field}" ${p.works}.`,
    zh: (p: { field: string; value: string; works: string }) =>
      `config.json 将 “${p.field}” 设为 ${p.value}，引擎不支持，算出的结果会是错的，因此未加载。请选择 “${p.field}” 为 ${p.works} 的模型。`,
  },
  'model-rope-scaling': {
    en: (p: { type: string }) =>
      `config.json asks for the RoPE scaling "${p.type}", which the engine does not compute: positions would be wrong. Nothing was loaded. Choose a model with the default, linear or llama3 RoPE.`,
    zh: (p: { type: string }) =>
      `config.json 要求 “${p.type}” 类型的 RoPE 缩放，引擎不支持，位置编码会出错，因此未加载。请选择使用 default、linear 或 llama3 RoPE 的模型。`,
  },
  'model-sliding-window': {
    en: (p: { window: number; context: number }) =>
      `This model attends through a sliding window of ${p.window} tokens, shorter than its context of ${p.context}; the engine attends to everything, so results would differ. Nothing was loaded. Choose a model without a sliding window.`,
    zh: (p: { window: number; context: number }) =>
      `该模型使用 ${p.window} 个词元的滑动窗口注意力，短于其 ${p.context} 的上下文；引擎只支持全注意力，结果会不一致，因此未加载。请选择不使用滑动窗口的模型。`,
  },
  'model-quantization': {
    en: (p: { method: string }) =>
      `This checkpoint is quantised with ${p.method}, which cannot be read here. Nothing was loaded. Choose the model's 16-bit checkpoint or a bitsandbytes NF4 one ("-bnb-4bit").`,
    zh: (p: { method: string }) =>
      `该检查点采用 ${p.method} 量化，此处无法读取，因此未加载。请选择该模型的 16 位版本，或 bitsandbytes NF4 版本（名称带 “-bnb-4bit”）。`,
  },
  'safetensors-cut-off': {
    en: (p: { file: string; expected: number; actual: number }) =>
      `${p.file} ends early: it has ${p.actual} bytes where its header announces ${p.expected}, so the weights are incomplete. Nothing was loaded. Download or copy the file again.`,
    zh: (p: { file: string; expected: number; actual: number }) =>
      `${p.file} 不完整：文件头声明 ${p.expected} 字节，实际只有 ${p.actual} 字节，权重有缺失，因此未加载。请重新下载或复制该文件。`,
  },
  'safetensors-header': {
    en: (p: { file: string; reason: string }) =>
      `The header of ${p.file} is damaged (${p.reason}), so its tensors cannot be found. Nothing was loaded. Check that it is a safetensors file and download it again.`,
    zh: (p: { file: string; reason: string }) =>
      `${p.file} 的文件头已损坏（${p.reason}），无法定位其中的张量，因此未加载。请确认它是 safetensors 文件，并重新下载。`,
  },
  'lfs-pointer': {
    en: (p: { file: string }) =>
      `${p.file} is a Git LFS pointer, a small text in the place of the real file, so there are no weights to read. Run "git lfs pull" in that folder, or download the file itself.`,
    zh: (p: { file: string }) =>
      `${p.file} 只是 Git LFS 指针（一小段占位文本），并不含真正的权重。请在该目录运行 “git lfs pull”，或直接下载该文件。`,
  },
  'model-no-config': {
    en: (p: { folder: string; found: string }) =>
      `${p.folder} has no config.json, so it is not a model folder in the Hugging Face layout (found: ${p.found}). Nothing was loaded. Choose the folder that holds config.json and the safetensors files.`,
    zh: (p: { folder: string; found: string }) =>
      `${p.folder} 中没有 config.json，不是 Hugging Face 布局的模型文件夹（其中有：${p.found}），因此未加载。请选择包含 config.json 和 safetensors 文件的文件夹。`,
  },
  'model-many-configs': {
    en: (p: { folder: string; places: string }) =>
      `${p.folder} holds several models (${p.places}), so it is unclear which one is meant. Nothing was loaded. Choose one of these folders.`,
    zh: (p: { folder: string; places: string }) =>
      `${p.folder} 中有多个模型（${p.places}），无法确定要用哪一个，因此未加载。请选择其中一个文件夹。`,
  },
  'model-is-adapter': {
    en: (p: { folder: string; base: string }) =>
      `${p.folder} is a LoRA adapter${p.base ? ` for ${p.base}` : ''}, not a model, so it has no weights of its own. Load its base model first, then open the adapter under Try.`,
    zh: (p: { folder: string; base: string }) =>
      `${p.folder} 是${p.base ? ` ${p.base} 的` : '一个'} LoRA 适配器，不是模型，本身没有基础权重。请先加载其基础模型，再在“试用”中打开该适配器。`,
  },
  'model-no-weights': {
    en: (p: { folder: string; found: string }) =>
      `${p.folder} has no safetensors file, so there are no weights to load (found: ${p.found}). Files of other kinds (.bin, .gguf, .pth) are not read. Get the model's safetensors version.`,
    zh: (p: { folder: string; found: string }) =>
      `${p.folder} 中没有 safetensors 文件，没有可加载的权重（其中有：${p.found}）。.bin、.gguf、.pth 等其他格式不能读取，请获取该模型的 safetensors 版本。`,
  },
  'model-missing-shards': {
    en: (p: { folder: string; files: string; count: number }) =>
      `${p.folder} lacks ${p.count} of the model's weight files (${p.files}), so the model is incomplete. Nothing was loaded. Add the missing files to the folder and choose it again.`,
    zh: (p: { folder: string; files: string; count: number }) =>
      `${p.folder} 缺少 ${p.count} 个权重文件（${p.files}），模型不完整，因此未加载。请补齐缺失的文件后重新选择该文件夹。`,
  },
  'model-missing-tensors': {
    en: (p: { architecture: string; tensors: string; count: number }) =>
      `The weight files lack ${p.count} tensors that a ${p.architecture} model needs (${p.tensors}), so the model is incomplete. Nothing was loaded. Check that config.json and the safetensors files are of the same model.`,
    zh: (p: { architecture: string; tensors: string; count: number }) =>
      `权重文件缺少 ${p.architecture} 模型所需的 ${p.count} 个张量（${p.tensors}），模型不完整，因此未加载。请确认 config.json 与 safetensors 文件属于同一个模型。`,
  },
  'model-tensor-shape': {
    en: (p: { tensor: string; shape: string; expected: string }) =>
      `${p.tensor} has the shape [${p.shape}] where config.json means [${p.expected}], so the two are not of the same model. Nothing was loaded. Take config.json and the weights from one repository.`,
    zh: (p: { tensor: string; shape: string; expected: string }) =>
      `${p.tensor} 的形状是 [${p.shape}]，而按 config.json 应为 [${p.expected}]，两者不属于同一个模型，因此未加载。请从同一仓库获取 config.json 和权重。`,
  },
  'model-tensor-dtype': {
    en: (p: { tensor: string; dtype: string }) =>
      `${p.tensor} is stored as ${p.dtype}, which cannot be read here. Nothing was loaded. Choose the model's bf16, f16 or f32 checkpoint, or a bitsandbytes NF4 one ("-bnb-4bit").`,
    zh: (p: { tensor: string; dtype: string }) =>
      `${p.tensor} 以 ${p.dtype} 存储，此处无法读取，因此未加载。请选择该模型的 bf16、f16 或 f32 版本，或 bitsandbytes NF4 版本（名称带 “-bnb-4bit”）。`,
  },
  'model-no-tokenizer': {
    en: (p: { folder: string }) =>
      `${p.folder} has no tokenizer.json, so text cannot be turned into this model's tokens. Nothing was loaded. Copy tokenizer.json and tokenizer_config.json from the model's original repository into the folder.`,
    zh: (p: { folder: string }) =>
      `${p.folder} 中没有 tokenizer.json，无法把文本转换成该模型的词元，因此未加载。请从模型的原始仓库复制 tokenizer.json 和 tokenizer_config.json 到该文件夹。`,
  },
  'bnb-state': {
    en: (p: { tensor: string; reason: string }) =>
      `The NF4 data of ${p.tensor} cannot be understood (${p.reason}), so its values are unknown. Nothing was loaded. Download the checkpoint again, or choose the model's 16-bit version.`,
    zh: (p: { tensor: string; reason: string }) =>
      `无法解析 ${p.tensor} 的 NF4 数据（${p.reason}），其数值不可知，因此未加载。请重新下载该检查点，或选择该模型的 16 位版本。`,
  },
  'model-already-nf4': {
    en: (p: { folder: string }) =>
      `${p.folder} is already stored in 4 bits (NF4), so there is nothing left to quantise. Nothing was written. Use the folder as it is, or give the model's 16 or 32-bit checkpoint.`,
    zh: (p: { folder: string }) =>
      `${p.folder} 已经是 4 位（NF4）检查点，无需再量化，未写入任何内容。请直接使用该文件夹，或改用该模型的 16 位或 32 位版本。`,
  },
  'adapter-no-config': {
    en: (p: { folder: string }) =>
      `${p.folder} has no adapter_config.json, so it is not a PEFT adapter. Nothing was changed. Choose the folder or zip that holds adapter_config.json and adapter_model.safetensors.`,
    zh: (p: { folder: string }) =>
      `${p.folder} 中没有 adapter_config.json，不是 PEFT 适配器，未做任何更改。请选择包含 adapter_config.json 和 adapter_model.safetensors 的文件夹或压缩包。`,
  },
  'adapter-no-weights': {
    en: (p: { folder: string; bin: boolean }) =>
      `${p.folder} has no adapter_model.safetensors, so there is nothing to load. ` +
      (p.bin
        ? 'adapter_model.bin is a pickle and is not read: save the adapter again as safetensors with a newer PEFT.'
        : 'Add that file and try again.'),
    zh: (p: { folder: string; bin: boolean }) =>
      `${p.folder} 中没有 adapter_model.safetensors，没有可加载的内容。` +
      (p.bin
        ? 'adapter_model.bin 是 pickle 文件，不予读取：请用较新的 PEFT 将适配器另存为 safetensors。'
        : '请补上该文件后重试。'),
  },
  'adapter-option': {
    en: (p: { field: string; value: string; works: string }) =>
      `adapter_config.json sets "${p.field}" to ${p.value}, which the engine does not compute. The adapter was not loaded. Only "${p.field}": ${p.works} works.`,
    zh: (p: { field: string; value: string; works: string }) =>
      `adapter_config.json 将 “${p.field}” 设为 ${p.value}，引擎不支持，适配器未加载。此项只能为 ${p.works}。`,
  },
  'adapter-unknown-tensor': {
    en: (p: { tensor: string }) =>
      `The adapter changes ${p.tensor}, which is none of the seven projections that the engine adapts, so the result would be incomplete. It was not loaded. Use an adapter of q, k, v, o, gate, up and down projections only.`,
    zh: (p: { tensor: string }) =>
      `该适配器修改了 ${p.tensor}，不属于引擎支持的七个投影层，加载后结果会不完整，因此未加载。请使用只作用于 q、k、v、o、gate、up、down 投影的适配器。`,
  },
  'adapter-layers': {
    en: (p: { layer: number; layers: number }) =>
      `The adapter changes layer ${p.layer}, but the loaded model has only layers 0 to ${p.layers - 1}: it was made for another model. It was not loaded. Load the adapter's own base model first.`,
    zh: (p: { layer: number; layers: number }) =>
      `该适配器修改第 ${p.layer} 层，而当前模型只有第 0 至 ${p.layers - 1} 层：它是为另一个模型训练的，因此未加载。请先加载该适配器对应的基础模型。`,
  },
  'adapter-shape': {
    en: (p: { tensor: string; shape: string; expected: string }) =>
      `${p.tensor} of the adapter has the shape [${p.shape}] where the loaded model needs [${p.expected}]: it was made for another model. It was not loaded. Load the adapter's own base model first.`,
    zh: (p: { tensor: string; shape: string; expected: string }) =>
      `适配器中 ${p.tensor} 的形状是 [${p.shape}]，当前模型需要 [${p.expected}]：它是为另一个模型训练的，因此未加载。请先加载该适配器对应的基础模型。`,
  },
  'adapter-damaged': {
    en: (p: { folder: string; file: string }) =>
      `${p.file} of ${p.folder} is not as it was written: its bytes are not those that manifest.json names, so the adapter would be another than the one that was trained. It was not loaded. Copy the folder again; if you changed the file yourself, delete manifest.json.`,
    zh: (p: { folder: string; file: string }) =>
      `${p.folder} 中的 ${p.file} 与写入时不一致：内容与 manifest.json 的记录不符，载入的将不是训练所得的适配器，因此未加载。请重新复制该文件夹；如果是您自己修改了文件，请删除 manifest.json。`,
  },
  'adapter-half': {
    en: (p: { module: string; missing: string }) =>
      `The adapter has no ${p.missing} for ${p.module}, so the file is incomplete. It was not loaded. Download or save the adapter again.`,
    zh: (p: { module: string; missing: string }) =>
      `适配器缺少 ${p.module} 的 ${p.missing}，文件不完整，因此未加载。请重新下载或重新保存该适配器。`,
  },
  'adapter-missing-modules': {
    en: (p: { folder: string; modules: string }) =>
      `adapter_config.json of ${p.folder} names ${p.modules}, for which the file has no weights, so the adapter covers less than it says. It was not loaded. Save the adapter again, or correct target_modules.`,
    zh: (p: { folder: string; modules: string }) =>
      `${p.folder} 的 adapter_config.json 列出了 ${p.modules}，但文件中没有对应的权重，适配器的实际范围小于声明，因此未加载。请重新保存适配器，或更正 target_modules。`,
  },
  'adapter-empty': {
    en: (p: { folder: string }) =>
      `The adapter in ${p.folder} holds no weights, so it would change nothing. It was not loaded. Save the adapter again.`,
    zh: (p: { folder: string }) =>
      `${p.folder} 中的适配器不含任何权重，加载后不会有变化，因此未加载。请重新保存该适配器。`,
  },
  'gguf-tokenizer': {
    en: (p: { part: string; value: string }) =>
      `llama.cpp has no way to split text as this model's tokenizer.json does ("${p.part}": ${p.value}): in a GGUF file its words would become other tokens than in training. Nothing was written. Export safetensors or the PEFT adapter instead; transformers and vLLM read the tokenizer as it is.`,
    zh: (p: { part: string; value: string }) =>
      `llama.cpp 无法像该模型的 tokenizer.json 那样切分文本（“${p.part}”：${p.value}）：写成 GGUF 后，文字会变成与训练时不同的词元，因此未写入任何内容。请改为导出 safetensors 或 PEFT 适配器；transformers 和 vLLM 能按原样使用该分词器。`,
  },
} satisfies ErrorCatalog
