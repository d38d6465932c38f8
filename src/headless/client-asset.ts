import { createRequire } from 'node:module'
import type { ByteSource } from '../contracts/bytes'
import type { ClientAsset } from '../contracts/exports'
import { nodeFile } from '../storage/node/node-folder'

const PATHS: Record<ClientAsset, string> = {
  'wllama.js': 'esm/index.min.js',
  'wllama.wasm': 'esm/wasm/wllama.wasm',
  'wllama-licence.txt': 'LICENCE',
}

/** Files of llama.cpp as WebAssembly, out of its installed package. */
export const clientAsset = (name: ClientAsset): Promise<ByteSource> =>
  nodeFile(createRequire(import.meta.url).resolve(`@wllama/wllama/${PATHS[name]}`))
