import { describe, expect, it } from 'vitest'
import { answer } from '../../src/engine/core/answer'
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

  it('needs something to go on with', async () => {
    await expect(asked('qwen', null, '')).rejects.toMatchObject({ code: 'engine-prompt-empty' })
    expect(await asked('llama', null, '')).toBe('<|begin_of_text|>')
  })
})
