import type { Thought, ToolTurns } from './tool-turns'
import type { Turns } from './turns'

/**
 * The turns as a template of Go's text/template over Ollama's values. An answer that the last turn has begun is left
 * open, as Ollama's own templates leave it. `.Tools`, `.ToolCalls` and `.Thinking` are named only where the model was
 * trained with them: by these names Ollama tells what a model can do, and by the words around them it takes calls and
 * thoughts out of an answer (tools/template.go, thinking/template.go).
 */
export function goTemplate(turns: Turns, tools: ToolTurns | null, thought: Thought | null): string {
  const { system, user, assistant, ask, askPlainly } = turns
  const asking =
    askPlainly === null
      ? literal(ask)
      : `{{ if and $.IsThinkSet (not $.Think) }}${literal(askPlainly)}{{ else }}${literal(ask)}{{ end }}`
  const turn = (role: string, text: string) => `{{ else if eq .Role "${role}" }}${text}`
  const around = ({ before, after }: Turns['user']) => `${literal(before)}{{ .Content }}${literal(after)}`
  const systemTurn = system && around(system)
  const branches = [
    // With tools it stands before them.
    ...(systemTurn === null ? [] : [turn('system', tools ? `{{ if not $.Tools }}${systemTurn}{{ end }}` : systemTurn)]),
    turn('user', around(user)),
    turn(
      'assistant',
      [
        literal(assistant.before),
        thinking(thought),
        '{{ .Content }}',
        tools ? called(tools) : '',
        `{{ if not $last }}${literal(assistant.after)}{{ end }}`,
      ].join(''),
    ),
    ...(tools ? [turn('tool', resulted(tools))] : []),
  ].join('')
  return [
    thought && !thought.isKept
      ? '{{ $asked := -1 }}{{ range $i, $m := .Messages }}{{ if eq .Role "user" }}{{ $asked = $i }}{{ end }}{{ end }}'
      : '',
    tools ? '{{ $role := "" }}' : '',
    beginning(turns, tools),
    '{{ range $i, $m := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}',
    `{{ ${branches.slice('{{ else '.length)}{{ end }}`,
    `{{ if and $last (ne .Role "assistant") }}${asking}{{ end }}`,
    tools ? '{{ $role = .Role }}' : '',
    '{{ end }}',
  ].join('')
}

/** What stands before the first turn. */
function beginning({ unasked }: Turns, tools: ToolTurns | null): string {
  const plain = unasked === '' ? '' : `if not .System }}${literal(unasked)}`
  if (!tools) return plain && `{{ ${plain}{{ end }}`
  const { system, between, after, isWhole } = tools
  const shown = isWhole ? '{"type": "function", "function": {{ json .Function }}}' : '{{ json .Function }}'
  return [
    `{{ if .Tools }}{{ if .System }}${literal(system.before)}{{ .System }}${literal(system.after)}`,
    `{{ else }}${literal(tools.unasked)}{{ end }}`,
    `{{ range $i, $_ := .Tools }}{{ if $i }}${literal(between)}{{ end }}${shown}{{ end }}${literal(after)}`,
    plain && `{{ else ${plain}`,
    '{{ end }}',
  ].join('')
}

/** The first text behind `.ToolCalls` is what Ollama knows a call by, so each branch has the whole of it. */
function called({ call: { lead, open, middle, close } }: ToolTurns): string {
  return [
    '{{ if .ToolCalls }}{{ range $k, $_ := .ToolCalls }}',
    `{{ if or $k $m.Content }}${literal(lead + open)}{{ else }}${literal(open)}{{ end }}`,
    `{{ .Function.Name }}${literal(middle)}{{ .Function.Arguments }}${literal(close)}{{ end }}{{ end }}`,
  ].join('')
}

/** Results that follow each other may share a turn. */
function resulted({ result: { open, between, close } }: ToolTurns): string {
  return [
    `{{ if eq $role "tool" }}${literal(between)}{{ else }}${literal(open)}{{ end }}{{ .Content }}`,
    `{{ if or $last (ne (index (slice $.Messages $i) 1).Role "tool") }}`,
    `${literal(close)}{{ end }}`,
  ].join('')
}

function thinking(thought: Thought | null): string {
  if (!thought) return ''
  const shows = thought.isKept ? '.Thinking' : 'and .Thinking (gt $i $asked)'
  return `{{ if ${shows} }}${literal(thought.before)}{{ .Thinking }}${literal(thought.after)}{{ end }}`
}

/** Text as a template writes it out: an opening brace would join those of an action. */
const literal = (text: string) => text.replaceAll('{{', '{{ "{{" }}').replace(/\{$/, '{{ "{" }}')
