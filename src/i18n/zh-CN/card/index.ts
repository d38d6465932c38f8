import type { card as english } from '../../en/card'

export const card: Record<keyof typeof english, string> = {
  'card.adapter': 'LoRA 适配器',
  'card.adapterOnNf4': '{title} 的 LoRA 适配器，用 TuneTab 在 NF4 量化的基础模型上训练。',
  'card.adapterOnOwn': '{title} 的 LoRA 适配器，用 TuneTab 在基础模型的原始权重上训练。',
  'card.builtin': 'TuneTab 的内置模型（demo-model）',
  'card.useTokenizer': '分词器和对话模板与训练时相同，请一并使用：这样模型看到的提问格式才与训练时一致。',
  'card.tuned': '{name}（微调）',
  'card.merged': '{title}，已由 TuneTab 并入一个 LoRA 适配器（r {r}，lora_alpha {alpha}）。',
  'card.asItIs': '未经改动的 {title}，由 TuneTab 写出。',
  'card.ontoNf4': '适配器加到了 NF4 还原后的权重上，与训练时所见一致。',
  'card.ontoOwn':
    '适配器以 f32 加到基础模型的原始权重上，再一次性舍入为其原有类型。训练时所见的是 NF4 版本，因此回答可能与“基础模型加适配器”略有不同。',
  'card.stored4bit': '各投影矩阵按 bitsandbytes 的方式存为 4 位（NF4）；加载时需要安装 bitsandbytes。',
  'card.storedGguf': '`{path}` 包含完整的模型、分词器和对话模板；矩阵以{bits}存储。',
  'card.bits.f32': ' 32 位',
  'card.bits.f16': ' 16 位（f16）',
  'card.bits.bf16': ' 16 位（bf16）',
  'card.bits.q8_0': ' 8 位（Q8_0）',
  'card.bits.q4_0': ' 4 位（Q4_0）',
  'card.bits.q4_k_m': ' 4 到 6 位（Q4_K_M）',
  'card.storedChat':
    '一个网页，在打开它的设备上与模型对话：8 位（Q8_0）的 `model.gguf`、WebAssembly 版 llama.cpp（`wllama.*`，MIT 许可证，见 `wllama-licence.txt`）和 `index.html`。不向任何地方发送内容。',
  'card.chatClient': '小型网页服务器',
  'card.chatText':
    '把此文件夹放到任意网页服务器上，或在其中启动一个，再打开 `http://localhost:8000`；同一网络里的手机请把 `localhost` 换成电脑的地址。不经服务器直接打开文件时，浏览器不允许网页读取旁边的模型。从 localhost 或 https 地址打开时，只要浏览器还有空间，网页就会被保存，第二次起无需网络。需要支持 64 位 WebAssembly 内存的浏览器：133 或更新的 Chrome、Edge 等 Chromium 浏览器。',
  'card.fact.base': '基础模型',
  'card.fact.parameters': '适配器参数量',
  'card.fact.data': '数据集',
  'card.fact.dataRows': '{name}（{rows} 行）',
  'card.fact.tokens': '数据的 token 数',
  'card.fact.tokensTrained': '{all}，其中 {trained} 个参与训练',
  'card.fact.dataLicense': '数据的许可证',
  'card.fact.license': '基础模型的许可证',
  'card.fact.steps': '优化步数',
  'card.fact.loss': '平均训练损失',
  'card.fact.time': '训练用时',
  'card.fact.seconds': '{n} 秒',
  'card.fact.rowsPerStep': '每步行数',
  'card.fact.lossOn': '计算损失的部分',
  'card.fact.lossOnAnswers': '助手的回答',
  'card.fact.lossOnAll': '全部文本',
  'card.scores': '评分',
  'card.scoresText': '与基础模型相比：{verdict}。方括号内是 95 % 区间；差值的区间包含 0，即视为没有差别。',
  'card.drift': '合并带来的偏差',
  'card.driftFailed': '未能测量：{reason}',
  'card.driftText':
    '在一段固定文本（“{text}”）的前 {tokens} 个 token 上，比较本模型与训练时的“基础模型加适配器”，共 {tokens} × {vocabulary} 个 logit：',
  'card.drift.largest': '单个 logit 的最大差值',
  'card.drift.rms': '均方根差值',
  'card.drift.range': 'logit 的取值范围（供对照）',
  'card.drift.divergence': '下一个 token 分布的散度（KL，平均，nat）',
  'card.drift.same': '最可能的下一个 token 相同',
  'card.drift.sameAt': '{tokens} 个位置中有 {same} 个',
  'card.run': '如何使用',
  'card.runText': '以下命令均在本文件夹中执行。',
  'card.baseBuiltin': '训练所用网页的 demo-model/ 文件夹，或 TuneTab 的 public/demo-model/。',
  'card.baseFolder': '基础模型所在的文件夹：请换成它的路径。',
  'card.transformersAndPeft': 'transformers 与 PEFT',
  'card.readsGguf': '它会把文件还原为全精度（`pip install gguf`）：',
  'card.vllmRank': 'vLLM 支持的适配器最高秩为 {most}，这个适配器的秩是 {r}：请导出合并后的模型。',
  'card.mlxRope':
    'mlx-lm 只读取 config.json 顶层的 `rope_theta`；如果它只写在 `rope_parameters` 里，会不加提示地按 10000 处理。`tune export --format safetensors` 写出的基础模型可以被正确读取。',
  'card.llamaBase': '还需要 GGUF 格式的基础模型：`tune export --format gguf-f16` 会写出 `{base}`。',
  'card.ollama': '旁边的 Modelfile 用 Ollama 的模板语言写明了训练所用的对话模板，以及回答的结束标记。',
  'card.lmStudio': '在应用中打开 My Models，进入模型文件夹，把文件放进去；或者',
  'card.handover.both': `\`train.py\` 用 \`data/rows.jsonl\` 训练：TuneTab 生成的 {rows} 行 id 和标签，按原文件的顺序；分段读取，不会整个载入。
\`python prepare.py\` 在这里用全部处理器从 \`{from}\` 生成同样的数据：映射、对话模板、分词和掩码都重新做一遍，把每个 id
和标签与 TuneTab 的逐一比对，然后写入 \`data/prepared\`；\`train.py --rows data/prepared\` 就用它训练。`,
  'card.handover.ready': `\`train.py\` 用 \`data/rows.jsonl\` 训练：TuneTab 生成的 {rows} 行 id 和标签，按原文件的顺序；分段读取，不会整个载入。
原始数据不在这里：\`python prepare.py --data {from}\` 用全部处理器从原始数据生成同样的数据，把每个 id 和标签与 TuneTab
的逐一比对，然后写入 \`data/prepared\`；\`train.py --rows data/prepared\` 就用它训练。`,
  'card.handover.raw': `训练数据还没有生成：请先运行 \`python prepare.py\`，它用全部处理器从 \`{from}\` 生成（映射、对话模板、分词和掩码），
用哈希值核对这 {rows} 行与 TuneTab 生成的完全相同，然后写入 \`data/prepared\`，\`train.py\` 就用它训练；对不上的数据会被拒绝。
\`tune handover --rows both\` 会把 TuneTab 生成的数据也一并带上。`,
  'card.handover': `# {name}：接着 TuneTab 的训练继续

这次训练在 {name} 上已完成 {steps} 步中的 {step} 步。这个文件夹用 TRL、PEFT 和 accelerate 从那里继续，单个或多个 GPU
均可。

\`\`\`sh
python -m venv .venv && source .venv/bin/activate
pip install -r requirements.txt

accelerate launch --config_file accelerate/one-gpu.yaml train.py      # 单个 GPU（没有 GPU 时用处理器）
accelerate launch --config_file accelerate/one-node.yaml train.py     # 一台机器的所有 GPU；请设置 num_processes
sbatch train.slurm                                                    # 多台机器；请设置 --nodes
\`\`\`

基础模型不在 \`{path}\` 时，用 \`train.py --model DIR_OR_ID\` 指明；权重必须完全相同。

| 文件 | 内容 |
| --- | --- |
| \`run.json\` | 训练设置，字段名与 Hugging Face 相同 |
| \`data/\` | 训练数据，见下文 |
| \`checkpoint-{step}/\` | 适配器、优化器状态和此前的所有步 |
| \`handover.json\` | \`train.py\` 和 \`prepare.py\` 所需的信息 |
| \`prepare.py\`、\`preparing/\` | 按 TuneTab 的规则，在这里用原始数据生成训练数据 |
| \`out/\` | 训练结果：供 PEFT 使用的 \`adapter/\`、\`checkpoint-N/\`、\`trainer_state.json\` |

## 训练数据

{data}

要换用更多或别的数据（多大都可以）：\`python prepare.py --other --data FILE_OR_HUB_ID\` 按这次训练的映射方式处理它们
（加 \`--stream\` 则不在本地保存模型库数据集的副本），再用 \`train.py --rows data/prepared --anew\` 让适配器在这些数据上继续
训练，优化器和学习率计划从头开始，轮数或步数以 \`run.json\` 为准。

## 哪些保持不变

无论有多少进程，每一步都用同样的 {window} 行，因此进程数须能整除 {window}。只有当一轮末尾的数据不足一步时，
各进程才会重复其中几行。dropout 的掩码与 TuneTab 的不同，其余都与在 TuneTab 中继续训练一样。

回到 TuneTab：\`tune train --model ... --data ... --resume out/checkpoint-N --out ...\` 会接着训练，并保留完整的曲线；
\`tune eval\`、\`generate\`、\`export\` 和 \`merge\` 用 \`--lora\` 读取 \`out/adapter\`。
`,
}
