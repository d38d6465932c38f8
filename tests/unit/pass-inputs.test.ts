import { describe, expect, it } from 'vitest'
import { lookupIds } from '../../src/model/passes/pass-inputs'

describe('ids as a pass looks them up', () => {
  it("are the batch's own, padding that the table lacks excepted", () => {
    const batch = { inputIds: Int32Array.of(3, 9, 10, 10, 2, 0), segments: Int32Array.of(1, 1, 0, 0, 2, 0) }
    expect([...lookupIds(batch, 10)]).toEqual([3, 9, 0, 0, 2, 0])
    expect([...lookupIds(batch, 11)]).toEqual([...batch.inputIds])
  })

  it('are refused where a tokenizer knows more tokens than the model', () => {
    const batch = { inputIds: Int32Array.of(3, 10, 2), segments: Int32Array.of(1, 1, 1) }
    expect(() => lookupIds(batch, 10)).toThrow(
      expect.objectContaining({ code: 'model-token-outside', params: { id: 10, vocabSize: 10 } }),
    )
  })
})
