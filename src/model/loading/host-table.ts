import { toFloat32, type FloatDtype } from '../../formats/floats'
import type { WeightSource } from '../../contracts/weights'
import type { HostTable } from '../weights'

/** Bytes of rows kept in memory. The common tokens of a data set are few. */
const KEPT_BYTES = 32 * 2 ** 20

/** An embedding table [V, C] read row by row from its source, with the recently used rows kept as f32. */
export function hostTable(weights: WeightSource, name: string, C: number): HostTable {
  const info = weights.tensors.get(name)!
  const rowBytes = info.bytes / info.shape[0]
  const rows = new Map<number, Float32Array>()
  const keptRows = Math.max(1, Math.floor(KEPT_BYTES / (C * 4)))
  return {
    async row(id) {
      let row = rows.get(id)
      if (row) {
        rows.delete(id)
      } else {
        row = toFloat32(await weights.read(name, id * rowBytes, rowBytes), info.dtype as FloatDtype).slice(0, C)
        if (rows.size >= keptRows) rows.delete(rows.keys().next().value!)
      }
      rows.set(id, row)
      return row
    },
  }
}
