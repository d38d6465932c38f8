import type { ErrorCatalog } from './catalog'

/** Errors of cli: a message names cause, consequence and next action, in that order. */
export const cliErrors = {
  'cli-unknown-command': {
    en: ({ command, suggestion, known }: { command: string; suggestion: string | null; known: string[] }) =>
      `There is no command "${command}"${suggestion ? ` (did you mean "${suggestion}"?)` : ''}. Nothing was done. The commands are ${known.join(', ')}; "--help" explains them.`,
    zh: ({ command, suggestion, known }: { command: string; suggestion: string | null; known: string[] }) =>
      `没有“${command}”这个命令${suggestion ? `（是不是“${suggestion}”？）` : ''}，未执行任何操作。可用命令：${known.join('、')}；用 --help 查看说明。`,
  },
  'cli-unknown-option': {
    en: ({ command, option, suggestion }: { command: string; option: string; suggestion: string | null }) =>
      `"${command}" has no option "${option}"${suggestion ? ` (did you mean "${suggestion}"?)` : ''}. Nothing was done. "${command} --help" lists its options.`,
    zh: ({ command, option, suggestion }: { command: string; option: string; suggestion: string | null }) =>
      `“${command}”没有选项“${option}”${suggestion ? `（是不是“${suggestion}”？）` : ''}，未执行任何操作。用“${command} --help”查看可用选项。`,
  },
  'cli-missing-option': {
    en: ({ command, option }: { command: string; option: string }) =>
      `"${command}" needs "${option}". Nothing was done. "${command} --help" shows how to write it.`,
    zh: ({ command, option }: { command: string; option: string }) =>
      `“${command}”缺少必需的选项“${option}”，未执行任何操作。用“${command} --help”查看写法。`,
  },
  'cli-option-value': {
    en: ({ option, value, expected }: { option: string; value: string; expected: string }) =>
      `"${option}" is "${value}", but must be ${expected}. Nothing was done. Correct the option.`,
    zh: ({ option, value, expected }: { option: string; value: string; expected: string }) =>
      `“${option}”的值是“${value}”，应为 ${expected}。未执行任何操作，请改正该选项。`,
  },
  'cli-option-without-value': {
    en: ({ option }: { option: string }) => `"${option}" must be followed by a value. Nothing was done. Add it.`,
    zh: ({ option }: { option: string }) => `“${option}”后面必须跟一个值，未执行任何操作。请补上。`,
  },
  'cli-unexpected-argument': {
    en: ({ argument }: { argument: string }) =>
      `"${argument}" stands where no argument is expected. Nothing was done. Give every value after its option.`,
    zh: ({ argument }: { argument: string }) =>
      `“${argument}”出现在不该有参数的位置，未执行任何操作。请把值写在对应的选项之后。`,
  },
  'cli-file-missing': {
    en: ({ option, path }: { option: string; path: string }) =>
      `"${path}" (${option}) does not exist or cannot be read. Nothing was done. Check the path.`,
    zh: ({ option, path }: { option: string; path: string }) =>
      `“${path}”（${option}）不存在或无法读取，未执行任何操作。请检查路径。`,
  },
  'cli-out-is-source': {
    en: ({ out, option }: { out: string; option: string }) =>
      `--out is the folder of ${option} (${out}), so writing would destroy what is being read. Nothing was done. Give --out a folder of its own.`,
    zh: ({ out, option }: { out: string; option: string }) =>
      `--out 与 ${option} 是同一个文件夹（${out}），写入会毁掉正在读取的内容，因此未执行任何操作。请为 --out 另选一个文件夹。`,
  },
  'cli-out-unusable': {
    en: ({ out, reason }: { out: string; reason: string }) =>
      `"${out}" (--out) is no folder that can be written into (${reason}), so the result would have no place. Nothing was done. Give another path.`,
    zh: ({ out, reason }: { out: string; reason: string }) =>
      `“${out}”（--out）不是可写入的文件夹（${reason}），结果将无处存放，因此未执行任何操作。请换一个路径。`,
  },
  'cli-out-locked': {
    en: (p: { out: string; pid: number; host: string; command: string; lock: string }) =>
      `${p.out} is being written by another process (${p.command ? `"${p.command}", ` : ''}id ${p.pid}${p.host ? ` on ${p.host}` : ''}), and two in one folder would spoil each other's results. Nothing was done. Give --out another folder, or wait for it${p.host ? `; if that machine no longer works on it, delete ${p.lock}` : ''}.`,
    zh: (p: { out: string; pid: number; host: string; command: string; lock: string }) =>
      `${p.out} 正由另一个进程写入（${p.command ? `“${p.command}”，` : ''}进程号 ${p.pid}${p.host ? `，在 ${p.host} 上` : ''}），两个进程写同一个文件夹会互相破坏结果，因此未执行任何操作。请为 --out 换一个文件夹，或等待其结束${p.host ? `；如果那台机器已不再写入，请删除 ${p.lock}` : ''}。`,
  },
  'cli-lora-conflict': {
    en: ({ field, stated, found }: { field: string; stated: string; found: string }) =>
      `The run file states lora.${field} ${stated}, but the adapter given with --init-lora has ${found}. The run was not started. Make them equal, or leave the field out to take the adapter's.`,
    zh: ({ field, stated, found }: { field: string; stated: string; found: string }) =>
      `运行配置中 lora.${field} 为 ${stated}，而 --init-lora 指定的适配器为 ${found}。训练没有开始。请改成一致，或删去该字段以沿用适配器的值。`,
  },
  'cli-options-exclude': {
    en: ({ first, second }: { first: string; second: string }) =>
      `"${first}" and "${second}" cannot be given together: the first already decides what the second says. Nothing was done. Leave one of them out.`,
    zh: ({ first, second }: { first: string; second: string }) =>
      `“${first}”和“${second}”不能同时使用：前者已经决定了后者的内容。未执行任何操作，请去掉其中一个。`,
  },
  'cli-quantize-off': {
    en: ({ file }: { file: string }) =>
      `${file} sets load_in_4bit to false, so "quantize" would have nothing to do. Nothing was written. Set it to true, or leave --config out.`,
    zh: ({ file }: { file: string }) =>
      `${file} 将 load_in_4bit 设为 false，“quantize”没有可做的事，未写入任何内容。请改为 true，或不使用 --config。`,
  },
  'cli-data-unknown': {
    en: ({ file, columns }: { file: string; columns: string[] }) =>
      `The columns of ${file} (${columns.join(', ')}) are in no format that is known, so no row can be used. Rename the question's column to "instruction" and the answer's to "output", or write the rows as {"messages": [...]}.`,
    zh: ({ file, columns }: { file: string; columns: string[] }) =>
      `无法识别 ${file} 的列（${columns.join('、')}），没有可用的数据行。请把提问的列改名为 "instruction"、回答的列改名为 "output"，或将每行写成 {"messages": [...]}。`,
  },
} satisfies ErrorCatalog
