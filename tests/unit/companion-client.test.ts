import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openOnnxChat } from '../../src/companion/client'
import type { FromCompanion, ToCompanion } from '../../src/companion/protocol'

/** Answers what it is asked as long as it lives, as workers do. */
class PretendWorker extends EventTarget {
  static last: PretendWorker
  isGone = false
  posted: ToCompanion[] = []
  constructor() {
    super()
    PretendWorker.last = this
  }
  postMessage(message: ToCompanion) {
    this.posted.push(message)
    if (message.kind === 'load') this.say({ kind: 'loaded', facts: { device: 'wasm', precision: 'q4' } })
    else if (message.kind === 'ask' && message.text !== 'wait')
      this.say({ kind: 'made', number: message.number, made: { text: 'yes', promptTokens: 1, completionTokens: 1 } })
  }
  terminate() {
    this.isGone = true
  }
  private say(data: FromCompanion) {
    queueMicrotask(() => this.isGone || this.dispatchEvent(new MessageEvent('message', { data })))
  }
}
beforeEach(() => void vi.stubGlobal('Worker', PretendWorker))
afterEach(() => vi.unstubAllGlobals())

const model = { kind: 'hub', endpoint: 'http://hub', id: 'someone/judge', revision: 'main' } as const
const opened = (signal = new AbortController().signal) => openOnnxChat(model, () => {}, signal)

test('what waits for a worker that ends is told why, and so is what asks it afterwards', async () => {
  const chat = await opened()
  expect(await chat.ask('is it?', 1)).toMatchObject({ text: 'yes' })
  const waiting = chat.ask('wait', 1)
  PretendWorker.last.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }))
  const ended = { code: 'eval-onnx', params: { task: 'chat', model: 'someone/judge', reason: 'out of memory' } }
  await expect(waiting).rejects.toMatchObject(ended)
  const { length } = PretendWorker.last.posted
  await expect(chat.ask('is it?', 1)).rejects.toMatchObject(ended)
  // Closed later, it has ended for what it ended for.
  chat.close()
  await expect(chat.ask('is it?', 1)).rejects.toMatchObject(ended)
  expect(PretendWorker.last.posted).toHaveLength(length)
})

test('an id that leads elsewhere is asked of no hub, and of no worker', async () => {
  const before = PretendWorker.last
  for (const id of ['../judge', 'someone/judge/resolve', 'some one/judge', '']) {
    const asked = openOnnxChat({ ...model, id }, () => {}, new AbortController().signal)
    await expect(asked).rejects.toMatchObject({ code: 'hub-id', params: { id } })
  }
  expect(PretendWorker.last).toBe(before)
})

test('closed or aborted, it says so', async () => {
  const closed = await opened()
  closed.close()
  await expect(closed.ask('is it?', 1)).rejects.toMatchObject({ params: { reason: 'closed' } })
  const cancel = new AbortController()
  const aborted = await opened(cancel.signal)
  cancel.abort()
  await expect(aborted.ask('is it?', 1)).rejects.toBe(cancel.signal.reason)
})
