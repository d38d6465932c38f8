import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadTokenizer } from '../../src/data/index'
import { modelfile, ollamaTemplate } from '../../src/exporters/ollama/modelfile'
import { goldenJson, goldenPath } from '../helpers/golden'

const { templates } = goldenJson<{ templates: Record<string, string> }>('tokens/tokens.json')
const TOKENIZER: Record<string, string> = { llama3: 'llama', smol: 'smol', spm: 'spm' }

const tokenizer = (name: string, template = templates[name]) => {
  const text = (file: string) => readFileSync(goldenPath(`tokens/${TOKENIZER[name] ?? 'qwen'}/${file}`), 'utf8')
  return loadTokenizer({
    tokenizerJson: text('tokenizer.json'),
    tokenizerConfig: text('tokenizer_config.json'),
    chatTemplate: template,
  })
}

describe('a Modelfile', () => {
  it('says Qwen 2.5’s template, its default system turn, tools, and an answer that is left open', async () => {
    const tools = [
      '',
      '',
      '# Tools',
      '',
      'You may call one or more functions to assist with the user query.',
      '',
      'You are provided with function signatures within <tools></tools> XML tags:',
      '<tools>',
      '',
    ].join('\n')
    expect(ollamaTemplate(await tokenizer('qwen2_5'))).toBe(
      [
        '{{ $role := "" }}{{ if .Tools }}{{ if .System }}<|im_start|>system',
        `{{ .System }}${tools}{{ else }}<|im_start|>system`,
        `You are Qwen, created by Alibaba Cloud. You are a helpful assistant.${tools}` +
          '{{ end }}{{ range $i, $_ := .Tools }}{{ if $i }}',
        '{{ end }}{"type": "function", "function": {{ json .Function }}}{{ end }}',
        '</tools>',
        '',
        'For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:',
        '<tool_call>',
        '{"name": <function-name>, "arguments": <args-json-object>}',
        '</tool_call><|im_end|>',
        '{{ else if not .System }}<|im_start|>system',
        'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>',
        '{{ end }}{{ range $i, $m := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}' +
          '{{ if eq .Role "system" }}{{ if not $.Tools }}<|im_start|>system',
        '{{ .Content }}<|im_end|>',
        '{{ end }}{{ else if eq .Role "user" }}<|im_start|>user',
        '{{ .Content }}<|im_end|>',
        '{{ else if eq .Role "assistant" }}<|im_start|>assistant',
        '{{ .Content }}{{ if .ToolCalls }}{{ range $k, $_ := .ToolCalls }}{{ if or $k $m.Content }}',
        '<tool_call>',
        '{"name": "{{ else }}<tool_call>',
        '{"name": "{{ end }}{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}',
        '</tool_call>{{ end }}{{ end }}{{ if not $last }}<|im_end|>',
        '{{ end }}{{ else if eq .Role "tool" }}{{ if eq $role "tool" }}',
        '</tool_response>',
        '<tool_response>',
        '{{ else }}<|im_start|>user',
        '<tool_response>',
        '{{ end }}{{ .Content }}{{ if or $last (ne (index (slice $.Messages $i) 1).Role "tool") }}',
        '</tool_response><|im_end|>',
        '{{ end }}{{ end }}{{ if and $last (ne .Role "assistant") }}<|im_start|>assistant',
        '{{ end }}{{ $role = .Role }}{{ end }}',
      ].join('\n'),
    )
  })

  it('says how Qwen 3 thinks, until it is asked anew, and how it is asked not to', async () => {
    const told = ollamaTemplate(await tokenizer('qwen3'))!
    expect(told).toContain(
      '{{ if and $.IsThinkSet (not $.Think) }}<|im_start|>assistant\n<think>\n\n</think>\n\n{{ else }}<|im_start|>assistant\n{{ end }}',
    )
    expect(told).toContain(
      '<|im_start|>assistant\n{{ if and .Thinking (gt $i $asked) }}<think>\n{{ .Thinking }}\n</think>\n\n{{ end }}{{ .Content }}',
    )
    expect(told).toContain('{{ if eq .Role "user" }}{{ $asked = $i }}{{ end }}')
    // A call in the last turn would think first there, and is written as it stands behind a question.
    expect(told).toContain('{{ else }}<tool_call>\n{"name": "{{ end }}')
    // DeepSeek-R1 asks by opening the thought, which Ollama must know to take it out of the answer.
    expect(ollamaTemplate(await tokenizer('deepseek_r1_distill'))).toContain(
      '{{ if and .Thinking (gt $i $asked) }}<think>\n{{ .Thinking }}\n</think>\n\n{{ end }}{{ .Content }}',
    )
    const kept = templates.qwen3.replace('{%- if loop.index0 > ns.last_query_index %}', '{%- if reasoning_content %}')
    expect(ollamaTemplate(await tokenizer('qwen3', kept))).toContain('{{ if .Thinking }}<think>')
  })

  it('promises neither tools nor thoughts that were not trained, or that it cannot say', async () => {
    for (const name of ['smol', 'llama3', 'tagged', 'spm'])
      expect(ollamaTemplate(await tokenizer(name))).not.toMatch(/\.Tool|\.Thinking|\$asked|\$role/)
    const source = { tokenizer: await tokenizer('smol'), opened: {} }
    expect(modelfile(source as never, ['FROM ./a.gguf'])).not.toContain('#')
    // Results are numbered, calls are not JSON: the conversation is said all the same.
    const numbered = templates.qwen2_5.replaceAll("<tool_response>\\n'", "<tool_response>\\n' ~ loop.index ~ '\\n'")
    const reversed = templates.qwen2_5.replace('tool_call.arguments | tojson', 'tool_call.arguments | length')
    for (const template of [numbered, reversed]) {
      expect(template).not.toBe(templates.qwen2_5)
      const told = ollamaTemplate(await tokenizer('qwen2_5', template))
      expect(told).toContain('{{ if not .System }}<|im_start|>system')
      expect(told).not.toContain('.Tool')
    }
  })

  it('leaves out the token that the tokenizer puts before every text', async () => {
    const told = ollamaTemplate(await tokenizer('llama3'))!
    expect(templates.llama3).toContain('bos_token')
    expect(told).not.toContain('<|begin_of_text|>')
    expect(told).toContain('<|start_header_id|>user<|end_header_id|>\n\n{{ .Content }}<|eot_id|>')
  })

  it('says nothing of a template whose turns are not alike, or that writes the day', async () => {
    const numbered = '{% for m in messages %}[{{ loop.index }} {{ m.role }}] {{ m.content }}\n{% endfor %}'
    const folded =
      '{% for m in messages %}{% if m.role == "user" %}U{% if loop.last and messages[0].role == "system" %}' +
      '{{ messages[0].content }} {% endif %}{{ m.content }}{% elif m.role == "assistant" %}A{{ m.content }}E{% endif %}{% endfor %}'
    // Alike as far as the probes go.
    const later = templates.smol.replace(
      '{% for message in messages %}',
      '{% for message in messages %}{% if loop.index > 4 %}!{% endif %}',
    )
    expect(later).not.toBe(templates.smol)
    const dated = templates.smol.replace('{%', '{{ strftime_now("%d") }}{%')
    for (const template of [numbered, folded, later, dated])
      expect(ollamaTemplate(await tokenizer('smol', template))).toBeNull()
  })

  it('writes braces and refuses what a Modelfile cannot quote', async () => {
    const around = (text: string) =>
      `{% for m in messages %}${text}{{ m.role }}: {{ m.content }};{% endfor %}{% if add_generation_prompt %}${text}assistant: {% endif %}`
    expect(ollamaTemplate(await tokenizer('smol', around("{{ '{{' }}")))).toContain('{{ "{{" }}user: {{ .Content }};')
    expect(ollamaTemplate(await tokenizer('smol', around('"""')))).toBeNull()
  })

  it('has files, template, what ends an answer and how it is drawn', async () => {
    const source = {
      tokenizer: await tokenizer('qwen2_5'),
      opened: { generationConfig: { temperature: 0.7, top_k: 20 } },
    }
    const text = modelfile(source as never, ['FROM ./base.gguf', 'ADAPTER ./lora.gguf'])
    expect(text).toMatch(
      /^FROM \.\/base\.gguf\nADAPTER \.\/lora\.gguf\n\n# Tools .*\n# .*\nTEMPLATE """\{\{ \$role := "" /,
    )
    expect(text).toContain('PARAMETER stop "<|im_end|>"\n')
    expect(text).toMatch(/PARAMETER temperature 0.7\nPARAMETER top_k 20\nPARAMETER repeat_penalty 1\n$/)
  })
})
