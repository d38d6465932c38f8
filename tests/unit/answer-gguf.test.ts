import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { errorText, type SerializedError } from '../../src/errors'
import { errors as chinese } from '../../src/i18n/zh-CN/errors'
import { answerGguf } from '../../src/verify/answer-gguf'
import type { FromWllama } from '../../src/verify/wllama-messages'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const job = { files: [new File([], 'it.gguf')], adapter: false, questions: ['Who?', 'Why?'], max_new_tokens: 1 }
/** A worker that says each message so many milliseconds after the one before. */
function slow(pause: number, says: readonly FromWllama[]) {
  const ended = vi.fn<() => void>()
  const target = new EventTarget()
  const postMessage = () =>
    says.forEach((data, i) =>
      setTimeout(() => target.dispatchEvent(new MessageEvent('message', { data })), pause * (i + 1)),
    )
  return { ended, start: () => Object.assign(target, { postMessage, terminate: ended }) as unknown as Worker }
}
const says: FromWllama[] = [
  { kind: 'opened', architecture: 'qwen2', layers: 6 },
  { kind: 'answer', text: 'me' },
  { kind: 'answer', text: 'so' },
  { kind: 'done', version: 'b1' },
]

it('a slow worker is waited for as long as it goes on saying something', async () => {
  const { start, ended } = slow(900, says)
  const answers = answerGguf(start, job, undefined, 1000)
  await vi.advanceTimersByTimeAsync(3600)
  expect(await answers).toEqual({ by: 'llama.cpp b1', architecture: 'qwen2', layers: 6, texts: ['me', 'so'] })
  expect(ended).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})

it('one that falls silent is ended, and no English stands in a Chinese sentence about it', async () => {
  const { start, ended } = slow(900, says.slice(0, 2))
  const refused = answerGguf(start, job, undefined, 1000).catch((error: { toJSON(): SerializedError }) =>
    error.toJSON(),
  )
  await vi.advanceTimersByTimeAsync(2800)
  const { code, params, message } = await (refused as Promise<SerializedError>)
  expect(code).toBe('verify-unreadable')
  expect(message).toContain('it said nothing for 1 s')
  expect(errorText(chinese, 'verify-unreadable', params)).toContain('（1 秒内没有任何响应）')
  expect(ended).toHaveBeenCalledOnce()
})
