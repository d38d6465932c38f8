import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import type { ModelConfig } from '../../src/contracts/model'
import type { Engine } from '../../src/engine/api/types'
import { answerMany } from '../../src/engine/core/answer'
import { generateCommand } from '../../src/headless/cli/generate'
import { tinyTokenizer } from '../helpers/data'
import { FakeLanguageModel } from '../helpers/fake-language-model'

/** Takes no question that begins with "no". */
const TEMPLATE =
  '{% for m in messages %}{% if m.content[:2] == "no" %}{{ raise_exception("not that") }}{% endif %}' +
  '[{{ m.content }}]{% endfor %}'

vi.mock('../../src/headless/cli/engine', () => ({
  engineWithModel: async (): Promise<Pick<Engine, 'generateMany'>> => {
    const tokenizer = await tinyTokenizer('llama', TEMPLATE)
    const model = new FakeLanguageModel({ maxPositionEmbeddings: 64 } as ModelConfig)
    model.answer = [5, tokenizer.stopIds[0]]
    return { generateMany: (requests, on, signal) => answerMany(model, tokenizer, requests, on, signal) }
  },
}))

const dir = mkdtempSync(join(tmpdir(), 'generate-prompts-'))
afterAll(() => rmSync(dir, { recursive: true }))

async function ask(text: string) {
  const file = join(dir, 'prompts.txt')
  writeFileSync(file, text)
  const [answered, said]: [number[], string[]] = [[], []]
  const terminal = {
    json: ({ line }: { line: number }) => void answered.push(line),
    line: (words: string) => void said.push(words),
  }
  const context = { options: { model: 'builtin', prompts: file }, terminal, root: '.', onInterrupt: () => {} }
  const error = await generateCommand.run(context as never).then(
    () => null,
    (one: unknown) => one,
  )
  return { answered, said, error }
}

it('says of each message without an answer why, and fails', async () => {
  const { answered, said, error } = await ask(`Paris is\n\nno way\nRome is\n${'x'.repeat(500)}\n`)
  expect(answered).toEqual([1, 4])
  expect(error).toMatchObject({ code: 'engine-unanswered', params: { unanswered: 2, asked: 4 } })
  expect(said.find((line) => line.startsWith('line 3: '))).toContain('refuses this conversation (not that)')
  expect(said.find((line) => line.startsWith('line 5: '))).toMatch(/\d+ tokens and the model reads at most 64/)
})

it('ends well where all are answered', async () => {
  expect(await ask('Paris is\nRome is')).toMatchObject({ answered: [1, 2], error: null })
})
