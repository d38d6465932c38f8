import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { ByteSource } from '../../src/contracts/bytes'
import { type ChatTokenizer, loadTokenizer } from '../../src/data'
import { parseExact } from '../../src/data/exact-json'

const made = process.env.TUNETAB_GOLDEN
const folder = made ? pathToFileURL(`${made}/tokens/`) : new URL('../golden/data/tokens/', import.meta.url)

/** tests/golden/data/tokens/tokens.json, written by tools/reference/tokens_reference.py. */
export function tokenGolden<T>(): T {
  return parseExact(readFileSync(new URL('tokens.json', folder), 'utf8')) as T
}

/** One of the tiny tokenizers beside it, with a template. */
export function tinyTokenizer(kind: string, template: string | null): Promise<ChatTokenizer> {
  return loadTokenizer({
    tokenizerJson: readFileSync(new URL(`${kind}/tokenizer.json`, folder), 'utf8'),
    tokenizerConfig: readFileSync(new URL(`${kind}/tokenizer_config.json`, folder), 'utf8'),
    chatTemplate: template,
  })
}

/** What work that gives way on its way comes to. */
export function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** A file in memory. */
export function memoryFile(name: string, content: string | Uint8Array): ByteSource {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { name, size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) }
}

export const gzip = (text: string | Uint8Array): Uint8Array => new Uint8Array(gzipSync(text))
