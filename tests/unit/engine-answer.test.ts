import { describe, expect, it } from 'vitest'
import { answer, answerMany } from '../../src/engine/core/answer'
import type { ModelConfig } from '../../src/contracts/model'
import { tinyTokenizer } from '../helpers/data'
import { FakeLanguageModel } from '../helpers/fake-language-model'

const request = { max_new_tokens: 1, temperature: 0, seed: 0, useAdapter: false }
const TEMPLATE = '{% for m in messages %}[{{ m.content }}]{% endfor %}'

/** The ids that a question puts before the model. */
async function asked(kind: string, template: string | null, ...contents: string[]): Promise<string> {
  const tokenizer = await tinyTokenizer(kind, template)
  const model = new FakeLanguageModel({ maxPositionEmbeddings: 64 } as ModelConfig)
  await answer(
    model,
    tokenizer,
    { ...request, messages: contents.map((content) => ({ role: 'user', content })) } as never,
    () => {},
  )
  return tokenizer.decode(model.prompts[0])
}

describe('an answer', () => {
  it('begins where the chat template leaves off', async () => {
    expect(await asked('llama', TEMPLATE, 'Paris is')).toBe('[Paris is]')
  })

  it('of a base model without a template goes on with the text, begun as rows of texts are', async () => {
    expect(await asked('llama', null, 'Paris is')).toBe('<|begin_of_text|>Paris is')
    expect(await asked('qwen', null, 'Paris is')).toBe('Paris is')
  })

  it('to more than one message needs the template', async () => {
    await expect(asked('llama', null, 'a', 'b')).rejects.toMatchObject({ code: 'data-template-missing' })
  })

  it('is none where the template refuses the conversation, or breaks over it', async () => {
    const refusing = '{{ raise_exception("no system message") }}'
    const refused = { code: 'engine-template-refused', params: { detail: 'no system message' } }
    await expect(asked('llama', refusing, 'a')).rejects.toMatchObject(refused)
    await expect(asked('llama', '{{ messages[0].content.absent() }}', 'a')).rejects.toMatchObject({
      code: 'data-template-broken',
    })
  })

  it('needs something to go on with', async () => {
    await expect(asked('qwen', null, '')).rejects.toMatchObject({ code: 'engine-prompt-empty' })
    expect(await asked('llama', null, '')).toBe('<|begin_of_text|>')
  })
})

describe('the strength of the adapter', () => {
  const ask = async (change: object, onText = () => {}) => {
    const model = new FakeLanguageModel({ maxPositionEmbeddings: 64 } as ModelConfig)
    model.answer = [5]
    model.setAdapterStrength(0.25)
    const messages = [{ role: 'user', content: 'Paris is' }]
    const answered = answer(
      model,
      await tinyTokenizer('llama', TEMPLATE),
      { ...request, messages, ...change } as never,
      onText,
    )
    return answered.then(
      () => model.strengths,
      () => model.strengths,
    )
  }

  it('holds for its answer alone, also where that breaks off', async () => {
    expect(await ask({ strength: 0.7 })).toEqual([0.25, 0.7, 0.25])
    const broken = () => {
      throw new Error('gone')
    }
    expect(await ask({ strength: 0.7 }, broken)).toEqual([0.25, 0.7, 0.25])
  })

  it('holds for many answers side by side, too', async () => {
    const model = new FakeLanguageModel({ maxPositionEmbeddings: 64 } as ModelConfig)
    model.answer = [5]
    const messages = [{ role: 'user', content: 'Paris is' }]
    const tokenizer = await tinyTokenizer('llama', TEMPLATE)
    await answerMany(model, tokenizer, [{ ...request, messages, strength: 0.7 } as never], () => {})
    expect(model.strengths).toEqual([0.7, 1])
  })

  it('stays what it is where none is asked for', async () => {
    expect(await ask({})).toEqual([0.25])
  })
})

it('keeps keys and values as it is asked to, alone and among many', async () => {
  const model = new FakeLanguageModel({ maxPositionEmbeddings: 64 } as ModelConfig)
  const tokenizer = await tinyTokenizer('llama', TEMPLATE)
  const half = { ...request, messages: [{ role: 'user', content: 'Paris is' }], kv_dtype: 'f16' } as never
  await answer(model, tokenizer, half, () => {})
  await answerMany(model, tokenizer, [half, half], () => {})
  expect(model.caches).toEqual(['f16', 'f16', 'f16'])
})

describe('many answers', () => {
  it('each says how it ended; a request without a prompt has none', async () => {
    const tokenizer = await tinyTokenizer('llama', TEMPLATE)
    const model = new FakeLanguageModel({ maxPositionEmbeddings: 64 } as ModelConfig)
    model.answer = [5, 6, tokenizer.stopIds[0]]
    const ask = (content: string, max_new_tokens = 8) =>
      ({ ...request, max_new_tokens, messages: [{ role: 'user', content }] }) as never
    const ended: [number, number, string][] = []
    const on = (index: number, result: { token_ids: number[]; finish: string }) =>
      void ended.push([index, result.token_ids.length, result.finish])
    const left = await answerMany(model, tokenizer, [ask('x'.repeat(500)), ask('Paris is'), ask('Rome is')], on)
    expect(left).toMatchObject([{ index: 0, error: { code: 'engine-prompt-too-long', params: { limit: 64 } } }])
    expect(ended).toEqual([
      [1, 3, 'stop'],
      [2, 3, 'stop'],
    ])
    expect(model.prompts.map((ids) => tokenizer.decode(ids))).toEqual(['[Paris is]', '[Rome is]'])
    ended.length = 0
    // Each ends where it wants to, whatever the first one wants.
    await answerMany(model, tokenizer, [ask('Paris is', 2), ask('x'.repeat(500), 1), ask('Rome is', 8)], on)
    expect(ended).toEqual([
      [0, 2, 'length'],
      [2, 3, 'stop'],
    ])
  })
})
