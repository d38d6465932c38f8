import { fail } from '../../errors/index'
import type { FileFolder } from '../../contracts/bytes'
import { adapterKind } from '../../formats/adapter-names'
import { openSafetensors } from '../../formats/safetensors'
import type { SafetensorsFile } from '../../formats/safetensors'
import type { TensorInfo, WeightSource } from '../../contracts/weights'
import { canonicalNames } from './tensor-names'

const INDEX = 'model.safetensors.index.json'

/** One safetensors file of a model. */
export interface WeightFile {
  path: string
  size: number
  /** Names of its tensors in the header's order, as transformers gives them. */
  tensors: string[]
}

/**
 * Open a model's safetensors files by their headers alone: `model.safetensors`, or the shards that the index names, or
 * (without an index) every shard of one series, or the only safetensors file there is.
 */
export async function openWeightFiles(
  folder: FileFolder,
  listed: { path: string; size: number }[],
): Promise<{ weights: WeightSource; files: WeightFile[] }> {
  const paths = await weightPaths(folder, new Set(listed.map((file) => file.path)))
  const holders = new Map<string, SafetensorsFile>()
  const opened: { path: string; size: number; file: SafetensorsFile }[] = []
  for (const path of paths) {
    const source = await folder.open(path)
    if (!source) throw fail('model-missing-shards', { folder: folder.name, files: path, count: 1 })
    const file = await openSafetensors(source)
    for (const name of file.tensors.keys()) holders.set(name, file)
    opened.push({ path, size: source.size, file })
  }
  refuseAdapters([...holders.keys()], folder.name)
  const stored = canonicalNames([...holders.keys()])
  const canonical = new Map([...stored].map(([name, from]) => [from, name]))
  const tensors = new Map<string, TensorInfo>()
  for (const [name, from] of stored) tensors.set(name, { ...holders.get(from)!.tensors.get(from)!, name })
  return {
    files: opened.map(({ path, size, file }) => ({
      path,
      size,
      tensors: [...file.tensors.keys()].map((from) => canonical.get(from)!),
    })),
    weights: {
      tensors,
      read(name, offset, length) {
        const from = stored.get(name)
        return from !== undefined
          ? holders.get(from)!.read(from, offset, length)
          : Promise.reject(new Error(`${folder.name} has no tensor ${name}`))
      },
    },
  }
}

/** An adapter under a model's file name, or one that was saved in the midst of its base model. */
function refuseAdapters(names: string[], folder: string): void {
  if (adapterKind(names) === null) return
  const other = names.find((name) => adapterKind([name]) === null)
  if (other === undefined) throw fail('model-is-adapter', { folder, base: '' })
  throw fail('model-unmerged', { folder, tensor: names.find((name) => adapterKind([name]) !== null)! })
}

async function weightPaths(folder: FileFolder, has: Set<string>): Promise<string[]> {
  if (has.has('model.safetensors')) return ['model.safetensors']
  const wanted = has.has(INDEX) ? await indexedShards(folder) : seriesOf([...has])
  const missing = wanted.filter((path) => !has.has(path))
  if (missing.length > 0) {
    const few = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', …' : '')
    throw fail('model-missing-shards', { folder: folder.name, files: few, count: missing.length })
  }
  if (wanted.length > 0) return wanted
  const single = [...has].filter(
    (path) => path.endsWith('.safetensors') && !path.includes('/') && !path.startsWith('adapter_'),
  )
  if (single.length === 1) return single
  const found = [...has].filter((path) => !path.includes('/')).slice(0, 8)
  throw fail('model-no-weights', { folder: folder.name, found: found.join(', ') })
}

async function indexedShards(folder: FileFolder): Promise<string[]> {
  const source = (await folder.open(INDEX))!
  try {
    const index = JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as {
      weight_map: Record<string, string>
    }
    return [...new Set(Object.values(index.weight_map))].sort()
  } catch (error) {
    throw fail('json-invalid', { file: INDEX, reason: (error as Error).message }, error)
  }
}

/** All names of the series that any shard present belongs to. */
function seriesOf(paths: string[]): string[] {
  for (const path of paths) {
    const match = /^model-\d{5}-of-(\d{5})\.safetensors$/.exec(path)
    if (!match) continue
    return Array.from(
      { length: Number(match[1]) },
      (_, i) => `model-${String(i + 1).padStart(5, '0')}-of-${match[1]}.safetensors`,
    )
  }
  return []
}
