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
  it('says Qwen 2.5’s template, its default system turn and an answer that is left open', async () => {
    expect(ollamaTemplate(await tokenizer('qwen2_5'))).toBe(
      [
        '{{ if not .System }}<|im_start|>system',
        'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>',
        '{{ end }}{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}' +
          '{{ if eq .Role "system" }}<|im_start|>system',
        '{{ .Content }}<|im_end|>',
        '{{ else if eq .Role "user" }}<|im_start|>user',
        '{{ .Content }}<|im_end|>',
        '{{ else if eq .Role "assistant" }}<|im_start|>assistant',
        '{{ .Content }}{{ if not $last }}<|im_end|>',
        '{{ end }}{{ end }}{{ if and $last (ne .Role "assistant") }}<|im_start|>assistant',
        '{{ end }}{{ end }}',
      ].join('\n'),
    )
  })

  it('says how Qwen 3 is asked not to think', async () => {
    expect(ollamaTemplate(await tokenizer('qwen3'))).toContain(
      '{{ if and $.IsThinkSet (not $.Think) }}<|im_start|>assistant\n<think>\n\n</think>\n\n{{ else }}<|im_start|>assistant\n{{ end }}',
    )
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
    expect(text).toMatch(/^FROM \.\/base\.gguf\nADAPTER \.\/lora\.gguf\n\nTEMPLATE """\{\{ if not \.System/)
    expect(text).toContain('PARAMETER stop "<|im_end|>"\n')
    expect(text).toMatch(/PARAMETER temperature 0.7\nPARAMETER top_k 20\nPARAMETER repeat_penalty 1\n$/)
  })
})
