import { describe, expect, it } from 'vitest'
import type { MicroBatch, TokenizedRow } from '../../src/contracts/data'
import { evaluateRows } from '../../src/engine/core/evaluate'
import { fail } from '../../src/errors'
import type { ModelConfig } from '../../src/contracts/model'
import { FakeLanguageModel } from '../helpers/fake-language-model'

const rows: TokenizedRow[] = [3, 40, 9, 25, 2, 17].map((length, i) => {
  const inputIds = new Int32Array(length).fill(1)
  return { row: i + 1, inputIds, labels: inputIds, truncated: false }
})

/** A model on a device that holds so many tokens at once. */
class SmallDevice extends FakeLanguageModel {
  readonly tried: string[] = []
  private readonly tokens: number

  constructor(tokens: number) {
    super({} as ModelConfig)
    this.tokens = tokens
  }

  override async lossPerLine(batch: MicroBatch) {
    this.tried.push(`${batch.B}x${batch.T}`)
    if (batch.B * batch.T > this.tokens)
      throw fail('gpu-tensor-too-large', { tensor: 'gate', bytes: batch.B * batch.T, limit: this.tokens })
    return super.lossPerLine(batch)
  }
}

describe('rows are judged', () => {
  it('four at a time, fewer where a device cannot hold four, with the same losses', async () => {
    const want = await evaluateRows(new SmallDevice(1000), rows, { useAdapter: false, padId: 0 })
    expect(want.per_row.map(({ row, num_trained_tokens, loss }) => [row, num_trained_tokens, loss])).toEqual(
      rows.map(({ row, inputIds }) => [row, inputIds.length - 1, inputIds.length - 1]),
    )
    const small = new SmallDevice(80)
    const done: number[] = []
    expect(
      await evaluateRows(small, rows, { useAdapter: false, padId: 0 }, (progress) => done.push(progress.done)),
    ).toEqual(want)
    expect(small.tried).toEqual(['4x40', '2x40', '2x24', '2x8'])
    expect(done).toEqual([2, 4, 6])
  })

  it('not at all where one alone is too large, or as many were asked for', async () => {
    const refused = { code: 'gpu-tensor-too-large' }
    await expect(evaluateRows(new SmallDevice(39), rows, { useAdapter: false, padId: 0 })).rejects.toMatchObject(
      refused,
    )
    await expect(
      evaluateRows(new SmallDevice(80), rows, { useAdapter: false, padId: 0, batchSize: 4 }),
    ).rejects.toMatchObject(refused)
  })
})
