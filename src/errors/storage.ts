import type { None } from './texts'

/** What errors of storage are told, by their codes. Their words: src/i18n/LANGUAGE/errors/storage.ts. */
export interface StorageErrors {
  'http-unreachable': { url: string }
  'http-status': { url: string; status: number }
  'http-listing': { url: string }
  'http-length': { url: string; expected: number; actual: number }
  'hub-id': { id: string }
  'hub-endpoint': { endpoint: string }
  'hub-unauthorized': { id: string; endpoint: string; hadToken: boolean }
  'hub-forbidden': { id: string; endpoint: string }
  'hub-not-found': { id: string; revision: string; endpoint: string }
  'hub-unreachable': { endpoint: string; offline: boolean }
  'hub-status': { url: string; status: number }
  'hub-busy': { endpoint: string; seconds: number }
  'hub-listing': { id: string; endpoint: string }
  'hub-revision': { revision: string }
  'hub-push-unauthorized': { id: string; endpoint: string }
  'hub-push-forbidden': { id: string; endpoint: string }
  'hub-push-quota': { id: string; endpoint: string; status: number; reason: string }
  'hub-push-conflict': { id: string; endpoint: string; status: number; reason: string }
  'hub-push-refused': { id: string; endpoint: string; status: number; reason: string }
  'hub-push-broke': { id: string; endpoint: string; reason: string }
  'hub-push-token': { variable: string }
  'hub-push-token-form': None
  'hub-token': None
  'hub-file-damaged': { path: string; id: string }
  'hub-file-changed': { path: string; id: string }
  'storage-full': { path: string }
  'file-changed': { file: string }
  'file-not-writable': { path: string; reason: string }
  'storage-busy': { path: string }
  'storage-missing': None
}
