import { families } from '../../src/architecture/families'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadDataset, loadTokenizer, type TokenizerFiles } from '../../src/data'
import { memoryFile, tinyTokenizer, tokenGolden } from '../helpers/data'
import { goldenPath } from '../helpers/golden'

interface ClassCase {
  tokenizer: string
  model_type: string
  config: Record<string, unknown>
  class: string
  texts: string[]
  ids: number[][]
}

const { templates, texts, classes } = tokenGolden<{
  templates: Record<string, string>
  texts: Record<string, { text: string; ids: number[]; decoded: string }[]>
  classes: ClassCase[]
}>()
const files: TokenizerFiles = {
  tokenizerJson: readFileSync(goldenPath('tokens/qwen/tokenizer.json'), 'utf8'),
  tokenizerConfig: readFileSync(goldenPath('tokens/qwen/tokenizer_config.json'), 'utf8'),
  chatTemplate: null,
}
const withConfig = (change: Record<string, unknown>): TokenizerFiles => ({
  ...files,
  tokenizerConfig: JSON.stringify({ ...JSON.parse(files.tokenizerConfig as string), ...change }),
})

describe('decoding as ids come', () => {
  it.each(['qwen', 'spm'])('never shows half a character and ends with the whole text: %s', async (kind) => {
    const tokenizer = await tinyTokenizer(kind, null)
    for (const { text, ids, decoded } of texts[kind]) {
      if (/[\ufffd\ufeff]/.test(text)) continue
      const decoder = tokenizer.streamDecoder()
      let shown = ''
      for (const id of ids) {
        const next = decoder.push(id)
        expect(next.startsWith(shown)).toBe(true)
        expect(next).not.toContain('\ufffd')
        shown = next
      }
      expect(decoder.finish()).toBe(decoded)
    }
  })
  it('marks a character that stays unfinished at the end alone', async () => {
    const tokenizer = await tinyTokenizer('smol', null)
    const ids = tokenizer.encode('a🌞')
    const decoder = tokenizer.streamDecoder()
    for (const id of ids.slice(0, -1)) expect(decoder.push(id)).toBe('a')
    expect(decoder.finish()).toBe('a\ufffd')
  })
  it.each(['qwen', 'spm'])('gives no text for an id beyond the tokenizer: %s', async (kind) => {
    const tokenizer = await tinyTokenizer(kind, null)
    const ids = [...tokenizer.encode('hi there')]
    expect(tokenizer.decode([...ids, 99_999])).toBe(tokenizer.decode(ids))
    expect(tokenizer.tokenInfo(99_999).text).toBe('')
  })
  it('leaves special tokens out when asked', async () => {
    const tokenizer = await tinyTokenizer('qwen', null)
    const ids = tokenizer.encode('hi<|im_end|>\n<tool_call>')
    expect(tokenizer.decode(ids)).toBe('hi<|im_end|>\n<tool_call>')
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe('hi\n<tool_call>')
  })
  it('gives each token alone for the preview', async () => {
    const tokenizer = await tinyTokenizer('qwen', null)
    expect(tokenizer.tokenInfo(tokenizer.encode('<|im_end|>')[0])).toMatchObject({ text: '<|im_end|>', special: true })
    expect(tokenizer.tokenInfo(tokenizer.encode('the')[0])).toMatchObject({ text: 'the', special: false })
  })
})

describe('transformers builds a tokenizer by its class where that is not what tokenizer.json says', () => {
  for (const one of classes) {
    const { tokenizer: kind, model_type: modelType, config } = one
    it(`${kind} as ${String(config.tokenizer_class)} in a ${modelType} model is a ${one.class}`, async () => {
      const tokenizerJson = readFileSync(goldenPath(`tokens/${kind}/tokenizer.json`), 'utf8')
      const tokenizer = await loadTokenizer({
        tokenizerJson,
        tokenizerConfig: JSON.stringify(config),
        chatTemplate: null,
        tokenizerClass: families.find(({ id }) => id === modelType)?.tokenizerClass,
      })
      expect(one.texts.map((text) => [...tokenizer.encode(text)])).toEqual(one.ids)
    })
  }
})

describe('prompts and stop tokens', () => {
  it('renders a prompt with the question for an answer', async () => {
    const tokenizer = await tinyTokenizer('qwen', templates.qwen2_5)
    const { text, ids } = tokenizer.renderPrompt([{ role: 'user', content: '你好' }])
    expect(text).toMatch(
      /^<\|im_start\|>system\nYou are Qwen.*<\|im_start\|>user\n你好<\|im_end\|>\n<\|im_start\|>assistant\n$/s,
    )
    expect(tokenizer.decode(ids)).toBe(text)
    expect(tokenizer.renderPrompt([{ role: 'user', content: 'x' }], [{ type: 'function' }]).text).toContain(
      '{"type": "function"}',
    )
  })
  it('hands further variables to the template', async () => {
    const tokenizer = await tinyTokenizer('qwen', templates.qwen3)
    const messages = [{ role: 'user', content: 'x' }]
    const asked = '<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n'
    expect(tokenizer.renderPrompt(messages).text).toBe(asked)
    expect(tokenizer.renderPrompt(messages, null, { enable_thinking: false }).text).toBe(
      `${asked}<think>\n\n</think>\n\n`,
    )
  })
  it('knows the system text that the template puts in', async () => {
    const system = async (name: string, kind: string) =>
      (await tinyTokenizer(kind, templates[name])).template?.defaultSystem()
    expect(await system('qwen2_5', 'qwen')).toBe('You are Qwen, created by Alibaba Cloud. You are a helpful assistant.')
    expect(await system('smol', 'smol')).toBe('You are a helpful AI assistant named SmolLM, trained by Hugging Face')
    expect(await system('qwen3', 'qwen')).toBe('')
  })
  it('stops at the end of a turn even where a base model names another eos', async () => {
    const base = await loadTokenizer({ ...withConfig({ eos_token: '<|endoftext|>' }), chatTemplate: templates.qwen2_5 })
    const [endOfText, endOfTurn] = [base.encode('<|endoftext|>')[0], base.encode('<|im_end|>')[0]]
    expect(base.stopIds).toEqual([endOfText, endOfTurn])
    const listed = await loadTokenizer({ ...files, generationConfig: `{"eos_token_id": [7, ${endOfTurn}]}` })
    expect(listed.stopIds).toEqual([7, endOfTurn])
  })
})

describe('templates', () => {
  it('are missed with an error when a conversation needs one', async () => {
    const tokenizer = await loadTokenizer(files)
    expect(() => tokenizer.renderPrompt([])).toThrow(expect.objectContaining({ code: 'data-template-missing' }))
  })
  it('of two, the one for tools is taken where tools are given, as transformers does', async () => {
    const [chatTemplate, toolTemplate] = ['chat {{ messages[0].content }}', 'tools {{ tools|length }}']
    const tokenizer = await loadTokenizer({ ...files, chatTemplate, toolTemplate })
    const messages = [{ role: 'user', content: 'x' }]
    expect(tokenizer.renderPrompt(messages).text).toBe('chat x')
    expect(tokenizer.renderPrompt(messages, null).text).toBe('chat x')
    expect(tokenizer.renderPrompt(messages, []).text).toBe('tools 0')
    expect(tokenizer.renderPrompt(messages, [{}, {}]).text).toBe('tools 2')
  })
  it('that cannot be run are not the fault of a row that they would refuse', async () => {
    const refusals = async (chatTemplate: string) => {
      const tokenizer = await loadTokenizer({ ...files, chatTemplate })
      const rows = memoryFile(
        'x.json',
        '[{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}]',
      )
      const { facts } = await loadDataset(rows, tokenizer, { max_length: 64 })
      return facts.badRows.map(({ error }) => [error.code, error.params.detail])
    }
    expect(await refusals("{{ raise_exception('roles must alternate') }}")).toEqual([
      ['data-row-template', 'roles must alternate'],
    ])
    const [[code, detail]] = await refusals('{% for m in messages %}{{ m.content | urlize }}{% endfor %}')
    expect(code).toBe('data-row-template-fails')
    expect(detail).toContain('urlize')
  })
  it('are refused when they do not parse', async () => {
    await expect(loadTokenizer({ ...files, chatTemplate: '{% for %}' })).rejects.toMatchObject({
      code: 'data-template-broken',
    })
  })
})

it('broken tokenizer files are named', async () => {
  const broken = (change: Partial<TokenizerFiles>) => loadTokenizer({ ...files, ...change })
  await expect(broken({ tokenizerJson: '{' })).rejects.toMatchObject({ params: { file: 'tokenizer.json' } })
  await expect(broken({ tokenizerJson: '{}' })).rejects.toMatchObject({ code: 'data-tokenizer-broken' })
  await expect(broken({ tokenizerConfig: '[' })).rejects.toMatchObject({ params: { file: 'tokenizer_config.json' } })
})
