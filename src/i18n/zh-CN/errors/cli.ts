import type { CliErrors } from '../../../errors/cli'
import type { ErrorTexts } from '../../../errors/texts'

export const cliErrors: ErrorTexts<CliErrors> = {
  'cli-unknown-command': ({ command, suggestion, known }) =>
    `没有“${command}”这个命令${suggestion ? `（是不是“${suggestion}”？）` : ''}，未执行任何操作。可用命令：${known.join('、')}；用 --help 查看说明。`,
  'cli-unknown-option': ({ command, option, suggestion }) =>
    `“${command}”没有选项“${option}”${suggestion ? `（是不是“${suggestion}”？）` : ''}，未执行任何操作。用“${command} --help”查看可用选项。`,
  'cli-missing-option': ({ command, option }) =>
    `“${command}”缺少必需的选项“${option}”，未执行任何操作。用“${command} --help”查看写法。`,
  'cli-option-value': ({ option, value, expected }) =>
    `“${option}”的值是“${value}”，应为 ${expected}。未执行任何操作，请改正该选项。`,
  'cli-option-without-value': ({ option }) => `“${option}”后面必须跟一个值，未执行任何操作。请补上。`,
  'cli-unexpected-argument': ({ argument }) =>
    `“${argument}”出现在不该有参数的位置，未执行任何操作。请把值写在对应的选项之后。`,
  'cli-file-missing': ({ option, path }) => `“${path}”（${option}）不存在或无法读取，未执行任何操作。请检查路径。`,
  'cli-out-is-source': ({ out, option }) =>
    `--out 与 ${option} 是同一个文件夹（${out}），写入会毁掉正在读取的内容，因此未执行任何操作。请为 --out 另选一个文件夹。`,
  'cli-out-unusable': ({ out, reason }) =>
    `“${out}”（--out）不是可写入的文件夹（${reason}），结果将无处存放，因此未执行任何操作。请换一个路径。`,
  'cli-out-other-run': ({ out, file }) =>
    `${out}（--out）中已有另一次训练（其中的 ${file} 与包里的不同），继续会把两者混在一起，因此没有写入任何内容。请为 --out 另选一个文件夹。`,
  'cli-out-locked': (p) =>
    `${p.out} 正由另一个进程写入（${p.command ? `“${p.command}”，` : ''}进程号 ${p.pid}${p.host ? `，在 ${p.host} 上` : ''}），两个进程写同一个文件夹会互相破坏结果，因此未执行任何操作。请为 --out 换一个文件夹，或等待其结束${p.host ? `；如果那台机器已不再写入，请删除 ${p.lock}` : ''}。`,
  'cli-lora-conflict': ({ field, stated, found }) =>
    `运行配置中 lora.${field} 为 ${stated}，而 --init-lora 指定的适配器为 ${found}。训练没有开始。请改成一致，或删去该字段以沿用适配器的值。`,
  'cli-options-exclude': ({ first, second }) =>
    `“${first}”和“${second}”不能同时使用：前者已经决定了后者的内容。未执行任何操作，请去掉其中一个。`,
  'handover-input-unknown': ({ option, run }) =>
    `${run} 没有记下这次训练用的是什么，因此无法移交它的数据行。没有写入任何内容。请用 ${option} 给出，与训练时相同。`,
  'handover-run-ended': ({ steps }) =>
    `这次训练的 ${steps} 步已全部完成，没有可以继续的内容。没有写入任何内容。请移交更早的 checkpoint-N 文件夹，或用新的运行文件和 --init-lora 继续训练它的适配器。`,
  'cli-queue-twice': ({ name }) =>
    `队列中有两次训练都叫“${name}”，会写入同一个文件夹，没有开始任何训练。请给其中一个运行配置改名，或从扫描中去掉一个值。`,
  'queue-failed': ({ failed, runs, notes }) =>
    `${runs} 次训练中有 ${failed.length} 次没有正常结束：${failed.join('、')}。其余的已保留。原因见 ${notes}；再次启动队列即可重试。`,
  'cli-quantize-off': ({ file }) =>
    `${file} 将 load_in_4bit 设为 false，“quantize”没有可做的事，未写入任何内容。请改为 true，或不使用 --config。`,
  'cli-hub-name': ({ option, path, kind }) =>
    `本机没有“${path}”（${option}）。它看起来是模型站点上${kind === 'model' ? '模型' : '数据集'}的名称，而命令行不会下载任何东西，因此未执行任何操作。请先下载，再给出${kind === 'model' ? '文件夹' : '文件'}的路径。`,
  'cli-suite-unknown': ({ name, known, suggestion }) =>
    `没有名为“${name}”的测试集${suggestion ? `（是不是“${suggestion}”？）` : ''}，没有评分。可用的有 ${known.join('、')}，也可以给出测试集 JSON 文件的路径。`,
  'cli-data-unknown': ({ file, columns }) =>
    `无法判断 ${file} 中哪一列是提问、哪一列是回答，暂时没有可用的数据行。各列及示例如下：\n${columns.map((column) => `  ${column}\n`).join('')}请用 --columns question=列名,answer=列名 或 --columns text=列名 指明，或把提问的列改名为 "instruction"、回答的列改名为 "output"。`,
}
