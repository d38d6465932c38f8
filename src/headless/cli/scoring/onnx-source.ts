import { stat } from 'node:fs/promises'
import { fail } from '../../../errors'
import { isHubId } from '../../../contracts/hub-id'
import { DEFAULT_HUB } from '../../../storage/hub-listing'
import type { OnnxSource } from '../../onnx'

/** A folder that is there, or else OWNER/NAME on the hub of `--hub`. Throws 'cli-file-missing'. */
export async function onnxSource(option: string, value: string, hub: string | undefined): Promise<OnnxSource> {
  const info = await stat(value).catch(() => null)
  if (info?.isDirectory()) return { kind: 'folder', path: value }
  if (info || !isHubId(value)) throw fail('cli-file-missing', { option, path: value })
  return { kind: 'hub', endpoint: (hub ?? DEFAULT_HUB).replace(/\/+$/, ''), id: value }
}
