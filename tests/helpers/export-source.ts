import type { ExportSource } from '../../src/exporters/exporter'
import { clientAsset } from '../../src/headless/client-asset'
import type { OpenedModel } from '../../src/model/opening/open-model'

/** A stand-in that turns letters into ids, for exports that measure and stop but never ask what a text means. */
export const letterTokenizer = {
  encode: (text: string) => Int32Array.from(text, (_, i) => (i * 37) % 251),
  stopIds: [2],
  tokenInfo: (id: number) => ({ id, text: `<${id}>`, special: true }),
} as unknown as ExportSource['tokenizer']

export function exportSource(opened: OpenedModel, more: Partial<ExportSource> = {}): ExportSource {
  return { opened, tokenizer: letterTokenizer, baseModel: opened.name, adapter: null, asset: clientAsset, ...more }
}
