import type { WritableFolder } from '../contracts/bytes'
import type { ExportedFile, ExportOffer, ExportSettings } from '../contracts/exports'
import type { ProgressListener } from '../contracts/progress'
import { fail } from '../errors/index'
import { serializeError } from '../errors/serialize'
import { suggest } from '../errors/suggest'
import { MANIFEST, withManifest } from '../formats/manifest'
import type { Exporter, ExportSource } from './exporter'
import { chatPage } from './kinds/chat-page'
import { bnb4bit } from './kinds/bnb-4bit'
import { ggufLora } from './kinds/gguf-lora'
import { ggufModels } from './kinds/gguf-model'
import { mlx } from './kinds/mlx'
import { peft } from './kinds/peft'
import { safetensors } from './kinds/safetensors'

/** Every format, in the order in which they are offered. */
export const exporters: readonly Exporter[] = [peft, mlx, ggufLora, safetensors, bnb4bit, ...ggufModels, chatPage]

/** Throws 'export-unknown'. */
export function exporterOf(kind: string): Exporter {
  const found = exporters.find((one) => one.kind === kind)
  if (found) return found
  const known = exporters.map((one) => one.kind)
  throw fail('export-unknown', { kind, suggestion: suggest(kind, known), known })
}

/** Which formats this model can be taken along in, and why not in the others. */
export function exportOffers(source: Pick<ExportSource, 'opened' | 'tokenizer'>): ExportOffer[] {
  return exporters.map((one) => {
    try {
      one.check(source)
      return { kind: one.kind, takes: one.takes, bytes: one.bytes(source.opened), obstacle: null }
    } catch (error) {
      return { kind: one.kind, takes: one.takes, bytes: null, obstacle: serializeError(error) }
    }
  })
}

/**
 * Write a model or its adapter in one format, and last the manifest by which the folder is known to be whole; a single
 * file has none. What stands in the way is told before the work begins: no adapter, a format that cannot hold this
 * model, too little room.
 */
export async function runExport(
  kind: string,
  source: ExportSource,
  settings: ExportSettings,
  out: WritableFolder,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<ExportedFile[]> {
  const exporter = exporterOf(kind)
  if (exporter.takes === 'adapter' && !source.adapter) throw fail('engine-no-adapter', {})
  exporter.check(source)
  const bytes = exporter.bytes(source.opened) ?? adapterBytes(source)
  const free = (await out.free?.()) ?? null
  if (free !== null && free < bytes) throw fail('export-no-room', { needed: bytes, free })
  const write = (folder: WritableFolder) => exporter.write(source, settings, folder, on, signal)
  if (settings.file) return write(out)
  const { value, manifest } = await withManifest(out, {}, write)
  return [...value, { path: MANIFEST, bytes: manifest.length }]
}

const adapterBytes = ({ adapter }: ExportSource) =>
  (adapter?.pairs ?? []).reduce((sum, { A, B }) => sum + A.byteLength + B.byteLength, 0)
