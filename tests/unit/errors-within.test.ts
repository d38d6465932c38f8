import { expect, it } from 'vitest'
import { errorText, fail } from '../../src/errors'
import { reviveError, serializeError } from '../../src/errors/serialize'
import { errors as english } from '../../src/i18n/en/errors'
import { errors as chinese } from '../../src/i18n/zh-CN/errors'

const chineseOf = (error: unknown) => {
  const { code, params } = serializeError(reviveError(JSON.parse(JSON.stringify(serializeError(error)))))
  return errorText(chinese, code as 'eval-sets-failed', params)
}

it('an error within an error is told in the same language, also behind a worker', () => {
  const inner = fail('train-excluded-all', { rows: 2 })
  const outer = fail('eval-sets-failed', { reason: serializeError(inner) })
  expect(outer.message).toContain(`(${errorText(english, 'train-excluded-all', { rows: 2 }).replace(/\.$/, '')})`)
  const text = errorText(chinese, 'train-excluded-all', { rows: 2 })
  expect(text).toMatch(/。$/)
  expect(chineseOf(outer)).toContain(`（${text.slice(0, -1)}）`)
})

it('what others say is quoted', () => {
  const reason = serializeError(new TypeError('quota exceeded'))
  expect(chineseOf(fail('train-checkpoint-failed', { step: 3, last: null, reason }))).toContain('（“quota exceeded”）')
  const file = { file: 'model.gguf', reader: 'llama.cpp' }
  expect(chineseOf(fail('verify-unreadable', { ...file, reason: 'bad magic' }))).toContain('它报告：“bad magic”')
  expect(chineseOf(fail('verify-unreadable', { ...file, reason: 'gaps' }))).toContain('张量没有首尾相接')
  const onnx = { task: 'chat' as const, model: 'owner/judge', endpoint: 'https://hub.example' }
  expect(chineseOf(fail('eval-onnx', { ...onnx, reason: 'no such op' }))).toContain('运行库报告：“no such op”')
  expect(chineseOf(fail('eval-onnx', { ...onnx, reason: 'status 401' }))).toContain(
    '（https://hub.example 返回状态码 401）',
  )
  const put = { id: 'me/model', endpoint: 'https://hub.example' }
  expect(chineseOf(fail('hub-push-refused', { ...put, status: 422, reason: 'no such licence' }))).toContain(
    '（422：“no such licence”）',
  )
})

it('what a judge lacks has words, its status a number', () => {
  const said = (reason: string) => chineseOf(fail('eval-judge-unreachable', { url: 'u', reason, tries: 5 }))
  expect(said('no-text')).toContain('最后一次：回答中没有文本')
  expect(said('no-json')).toContain('最后一次：回答不是 JSON')
  expect(said('status 503')).toContain('最后一次：状态码 503')
  expect(said('socket hang up')).toContain('最后一次：“socket hang up”')
})
