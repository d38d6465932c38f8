import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collate } from '../../src/data/collate'
import { IGNORE, type MicroBatch, type TokenizedRow } from '../../src/contracts/data'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { figure } from '../helpers/figures'
import { relativeError } from '../helpers/gpu'
import { GOLDEN_FAMILIES, goldenAdapter, goldenModel, isTriedHere } from '../helpers/golden'

// Whatever shares a batch with a row, its loss is a sum over the same numbers: what differs is the order of f32 sums.
const SAME_LOSS = 1e-5

for (const name of GOLDEN_FAMILIES.filter(isTriedHere)) {
  describe(name, () => {
    let model: GpuLanguageModel
    let rows: TokenizedRow[]
    let alone: { sum: number; count: number }[]

    beforeAll(async () => {
      model = await goldenModel(name)
      const { lora, pairs } = await goldenAdapter(name)
      await model.attachLora(lora, { kind: 'pairs', pairs })
      const V = model.config.vocabSize
      // Odd lengths, a row whose every token is trained, one of two tokens, one with nothing trained.
      rows = [
        [11, 4],
        [7, 0],
        [2, 1],
        [19, 18],
        [5, 5],
        [9, 2],
      ].map(([length, prompt], row) => {
        const inputIds = Int32Array.from({ length }, (_, i) => (row * 37 + i * 101) % V)
        return { row: row + 1, inputIds, labels: inputIds.map((id, i) => (i < prompt ? IGNORE : id)), truncated: false }
      })
      alone = []
      for (const [i] of rows.entries()) {
        const { sums, counts } = await model.lossPerLine(collate(rows, [[i]]), true)
        alone.push({ sum: sums[0], count: counts[0] })
      }
    })
    afterAll(() => model.destroy())

    async function expectLines(lines: number[][], options?: Parameters<typeof collate>[2]): Promise<void> {
      const batch = collate(rows, lines, options)
      const { sums, counts } = await model.lossPerLine(batch, true)
      lines.forEach((line, b) => {
        expect(counts[b]).toBe(line.reduce((total, i) => total + alone[i].count, 0))
        const want = line.reduce((total, i) => total + alone[i].sum, 0)
        if (want === 0) expect(sums[b]).toBe(0)
        else
          expect(
            figure(`${line.length > 1 ? 'packed' : 'padded'} ${name}`, relativeError([sums[b]], [want])),
          ).toBeLessThan(SAME_LOSS)
      })
    }

    test('padded: each line has the loss of its row alone', async () => {
      await expectLines([[0], [1], [2], [3], [4], [5]])
      await expectLines([[3], [2]], { padToMultipleOf: 8, padId: 3 })
      // Tokenizers with a token for padding that their model never got.
      await expectLines([[3], [2]], { padToMultipleOf: 8, padId: model.config.vocabSize })
    })

    test('packed: a line has the loss of its rows alone, in any order', async () => {
      await expectLines([[0, 1, 2, 3, 4, 5]])
      await expectLines([
        [3, 0],
        [5, 1, 4, 2],
      ])
      await expectLines(
        [
          [2, 5, 0],
          [1, 3],
        ],
        { padToMultipleOf: 16 },
      )
    })

    test('what a row says does not depend on its neighbours', async () => {
      // The same second row behind two different first ones: equal losses of it mean that nothing crosses.
      const other = {
        ...rows[0],
        inputIds: rows[0].inputIds.map((id) => (id + 3) % model.config.vocabSize),
        labels: rows[0].labels.map(() => IGNORE),
      }
      const silent = { ...rows[0], labels: rows[0].labels.map(() => IGNORE) }
      const sums = []
      for (const first of [silent, other])
        sums.push((await model.lossPerLine(collate([first, rows[5]], [[0, 1]]), true)).sums[0])
      expect(sums[0]).toBe(sums[1])
      expect(relativeError([sums[0]], [alone[5].sum])).toBeLessThan(SAME_LOSS)
    })

    test('gradients and loss of a packed window equal the padded ones', async () => {
      const trainer = await model.createGpuTrainer({ batch: 6, tokens: 56, optimizer: 'adamw', seed: 1 })
      const window = async (batch: MicroBatch): Promise<{ loss: number; gradients: Map<string, Float32Array> }> => {
        await trainer.accumulate(batch, batch.trainedTokens)
        const gradients = await trainer.readGradients()
        const { loss } = await trainer.step({
          lr: 0,
          beta1: 0.9,
          beta2: 0.999,
          eps: 1e-8,
          weightDecay: 0,
          maxGradNorm: 0,
        })
        return { loss, gradients }
      }
      const padded = await window(collate(rows, [[0], [1], [2], [3], [4], [5]]))
      const packed = await window(collate(rows, [[1, 4, 3, 2, 0, 5]], { padToMultipleOf: 8 }))
      expect(relativeError([packed.loss], [padded.loss])).toBeLessThan(SAME_LOSS)
      for (const [slot, values] of packed.gradients) {
        // As against autograd: backward sums are longer than forward ones.
        expect(
          figure(`packed gradient ${name}`, relativeError(values, padded.gradients.get(slot)!)),
          slot,
        ).toBeLessThan(5e-5)
      }
      trainer.destroy()
    })
  })
}
