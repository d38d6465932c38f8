import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../public')
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const hasChinese = (value: unknown) => /[\u4e00-\u9fff]/.test(JSON.stringify(value))

describe('sample data sets', () => {
  const samples: { file: string; rows: number; format: string; title: object; description: object }[] =
    json('samples/index.json').samples

  it.each(samples)('$file is what the list says', ({ file, rows, format, title, description }) => {
    const data: Record<string, unknown>[] = json(`samples/${file}`)
    expect(data).toHaveLength(rows)
    expect(rows).toBeGreaterThanOrEqual(60)
    expect(rows).toBeLessThanOrEqual(200)
    expect(new Set(data.map((row) => JSON.stringify(row))).size).toBe(rows)
    for (const words of [title, description]) expect(Object.keys(words).sort()).toEqual(['en', 'zh'])
    const needed = {
      messages: ['messages'],
      alpaca: ['instruction', 'output'],
      columns: ['patient_query', 'doctor_response'],
    }[format]!
    for (const row of data) for (const column of needed) expect(row[column]).toBeTruthy()
    const chinese = data.filter(hasChinese).length
    expect(chinese).toBeGreaterThan(rows * 0.4)
    expect(chinese).toBeLessThan(rows * 0.6)
  })

  it('every call names a tool of its row with exactly its parameters, and every call has a result', () => {
    type Call = { function: { name: string; arguments: Record<string, unknown> } }
    type Row = {
      messages: { role: string; content: string; tool_calls?: Call[] }[]
      tools: { function: { name: string; parameters: { properties: Record<string, unknown> } } }[]
    }
    const rows: Row[] = json('samples/tool-calls.json')
    for (const { messages, tools } of rows) {
      const calls = messages.flatMap((m) => m.tool_calls ?? [])
      expect(messages.filter((m) => m.role === 'tool')).toHaveLength(calls.length)
      for (const call of calls) {
        const tool = tools.find((t) => t.function.name === call.function.name)
        expect(Object.keys(call.function.arguments).sort()).toEqual(
          Object.keys(tool!.function.parameters.properties).sort(),
        )
      }
      expect(messages.at(-1)!.role).toBe('assistant')
    }
    expect(rows.filter((row) => !row.messages.some((m) => m.tool_calls)).length).toBeGreaterThan(5)
  })
})

describe('built-in model', () => {
  it('has the listed files with the listed sizes, at most 8 MB together', () => {
    const files: { path: string; bytes: number }[] = json('demo-model/files.json').files
    for (const { path, bytes } of files) expect(statSync(join(root, 'demo-model', path)).size, path).toBe(bytes)
    expect(files.reduce((sum, file) => sum + file.bytes, 0)).toBeLessThanOrEqual(8e6)
    for (const path of [
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'chat_template.jinja',
    ])
      expect(files.map((file) => file.path)).toContain(path)
  })

  it('has a tied Qwen2 configuration in both spellings', () => {
    const config = json('demo-model/config.json')
    expect(config).toMatchObject({
      model_type: 'qwen2',
      tie_word_embeddings: true,
      torch_dtype: 'bfloat16',
      dtype: 'bfloat16',
    })
    expect(config.rope_parameters.rope_theta).toBe(config.rope_theta)
    const tokenizer = json('demo-model/tokenizer.json')
    const ids = { ...tokenizer.model.vocab } as Record<string, number>
    for (const token of tokenizer.added_tokens) ids[token.content] = token.id
    expect(Object.keys(ids)).toHaveLength(config.vocab_size)
    expect(config.eos_token_id).toBe(ids['<|im_end|>'])
    expect(json('demo-model/generation_config.json').eos_token_id).toContain(ids['<|im_end|>'])
  })
})
