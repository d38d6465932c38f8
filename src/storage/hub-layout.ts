import { fnv64OfText } from '../contracts/hash'
import type { HubLocation } from './hub-client'
import type { HubFile } from './hub-listing'

/**
 * Where things of the hub lie in its cache: HOST/OWNER~NAME/ with a listing for each revision and files by their
 * content.
 */

/** Small files that a model needs or whose words are kept; weights are chosen by their names. */
const CONFIGS = /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$/
const TEMPLATES_AND_INDEX =
  /^(chat_template\.json|chat_template\.jinja|additional_chat_templates\/\w+\.jinja|model\.safetensors\.index\.json)$/
const OTHER_TEXTS = /^(adapter_config\.json|merges\.txt|README\.md|LICEN[SC]E(\.txt|\.md)?)$/

export const isText = (path: string): boolean =>
  [CONFIGS, TEMPLATES_AND_INDEX, OTHER_TEXTS].some((names) => names.test(path))

/** Texts, and the safetensors of the model itself: no other formats, no copies in sub-folders. */
export function isWanted(path: string, all: readonly HubFile[]): boolean {
  if (isText(path)) return true
  if (path.includes('/') || !path.endsWith('.safetensors')) return false
  const series = all.some((file) => /^model(-\d+-of-\d+)?\.safetensors$/.test(file.path))
  return series ? path.startsWith('model') : !path.startsWith('consolidated')
}

export function modelFolder({ endpoint, id }: Pick<HubLocation, 'endpoint' | 'id'>): string {
  return `${safe(new URL(endpoint).host)}/${safe(id)}`
}

export const listingName = (revision: string): string => `listing-${safe(revision)}.json`

/** The revision of a listing's file name; null for other files. */
export function revisionOf(name: string): string | null {
  const match = /^listing-(.*)\.json$/.exec(name)
  return match && unsafe(match[1])
}

/** By content where the hub names it, so that a new commit with the same weights downloads nothing. */
export function fileName(file: HubFile, commit: string): string {
  const name = file.oid ?? `${safe(commit)}-${safe(file.path)}`
  // File systems bear 255 bytes, and an ending is still to come.
  return name.length <= 200 ? name : `${name.slice(0, 180)}-${fnv64OfText(name)}`
}

/** A name that every file system takes, and that no two of ours share. */
function safe(text: string): string {
  return encodeURIComponent(text).replaceAll('*', '%2A').replaceAll('%', '~')
}

/** The way back; no host, model id or revision has a tilde of its own. */
export const unsafe = (name: string): string => decodeURIComponent(name.replaceAll('~', '%'))
