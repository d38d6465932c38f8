/** The roles that templates know. */
type Role = 'system' | 'user' | 'assistant' | 'tool'

/** What a turn is: of a role, or a call of tools that stands as a turn of its own. */
export type TurnKind = Role | 'call'

/** Names under which data sets in the wild keep them, in the spelling of `plain`. */
const NAMES: Record<TurnKind, string> = {
  system: 'system developer sys 系统',
  user: 'user human client customer prompter question questioner query input instruction prompt q 用户 人类 问 问题 提问',
  assistant:
    'assistant gpt chatgpt bot chatbot bing bard claude model llm ai agent answer response output reply a 助手 助理 机器人 模型 答 回答',
  tool: 'tool function functionresponse functionresult observation toolresponse toolresult toolresults tooloutput ipython environment',
  call: 'toolcall toolcalls functioncall functioncalls',
}

const KINDS = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as TurnKind])),
)

/** The kind that a role's name means, in any spelling; undefined where nobody knows it. */
export function kindOf(name: string): TurnKind | undefined {
  return KINDS.get(
    name
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, ''),
  )
}
