import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluationMeans, judgeRows } from '../../src/engine/core/judge-rows'
import type { TokenizedRow } from '../../src/contracts/data'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { figure } from '../helpers/figures'
import { GOLDEN_FAMILIES, goldenAdapter, goldenJson, goldenModel } from '../helpers/golden'

interface Golden {
  rows: { input_ids: number[]; labels: number[] }[]
  runs: {
    run: { per_device_eval_batch_size: number; packing: boolean; max_length: number }
    log: { eval_loss: number; eval_mean_token_accuracy: number; eval_entropy: number }
  }[]
}

// trl computes in f32 as well; sums over rows, layers and batches are taken in another order.
const SAME = 1e-5

for (const name of GOLDEN_FAMILIES) {
  describe(`held-out rows under ${name}, as trl judges them`, () => {
    const golden = goldenJson<Golden>(`${name}/evaluation.json`)
    const rows = golden.rows.map(({ input_ids, labels }, i): TokenizedRow => {
      const inputIds = Int32Array.from(input_ids)
      return { row: i + 1, inputIds, labels: Int32Array.from(labels), truncated: false }
    })
    let model: GpuLanguageModel

    beforeAll(async () => {
      model = await goldenModel(name)
      const { lora, pairs } = await goldenAdapter(name)
      await model.attachLora(lora, { kind: 'pairs', pairs })
    })
    afterAll(() => model.destroy())

    test('loss, accuracy and entropy at several batch sizes', async () => {
      const judged = await judgeRows(model, rows, { useAdapter: true, padId: 0 })
      expect(golden.runs.some(({ log }) => log.eval_mean_token_accuracy > 0)).toBe(true)
      for (const { run, log } of golden.runs) {
        const means = evaluationMeans(rows, judged, run)
        for (const key of ['eval_loss', 'eval_mean_token_accuracy', 'eval_entropy'] as const) {
          const far = Math.abs(means[key] - log[key]) / Math.max(1, log[key])
          expect(figure(`${key} ${name}`, far), `${key} at ${run.per_device_eval_batch_size}`).toBeLessThan(SAME)
        }
      }
    })
  })
}
