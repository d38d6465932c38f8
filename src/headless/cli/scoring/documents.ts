import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readDocument } from '../../../data/read-document'
import { fail } from '../../../errors'
import { searchPassages, type Passages } from '../../../eval/passages'
import { cutDocuments, type Document } from '../../../eval/passages/cut'
import { onnxName, openOnnxEncoder } from '../../onnx'
import type { CommandContext } from '../command'
import { onnxSource } from './onnx-source'

export interface ChosenDocuments {
  /** The documents, searched when they are first wanted. */
  passages(): Promise<Passages>
  /** As scores say it: "words", or the encoder; null for one that could not be had. */
  by(): string | null
}

/**
 * What `--documents` and `--embeddings` choose; null without documents. Wrong files and folders are said at once, an
 * encoder that cannot be loaded for its own score alone.
 */
export async function chosenDocuments({ options, terminal }: CommandContext): Promise<ChosenDocuments | null> {
  const documents = await documentsAt((options.documents as string[] | undefined) ?? [])
  const wanted = options.embeddings as string | undefined
  if (wanted !== undefined && documents.length === 0)
    throw fail('cli-missing-option', { command: 'score', option: '--documents' })
  if (documents.length === 0) return null
  cutDocuments(documents)
  const encoder = wanted === undefined ? null : await onnxSource('--embeddings', wanted, options.hub as string)
  let found: Promise<Passages> | null = null
  let by = encoder ? null : 'words'
  async function read(): Promise<Passages> {
    if (!encoder) return searchPassages(documents)
    const { facts, embed } = await openOnnxEncoder(encoder, (item, done, total) =>
      terminal.progress({ phase: 'download', item, done, total, unit: 'bytes' }),
    )
    by = `${onnxName(encoder)} (ONNX ${facts.precision}, ${facts.device})`
    return searchPassages(documents, embed)
  }
  return { passages: () => (found ??= read()), by: () => by }
}

/** Files, or every .txt and .md of a folder. */
async function documentsAt(paths: readonly string[]): Promise<Document[]> {
  const documents: Document[] = []
  for (const path of paths) {
    const info = await stat(path).catch(() => null)
    if (!info) throw fail('cli-file-missing', { option: '--documents', path })
    const files = info.isDirectory()
      ? (await readdir(path))
          .filter((name) => /\.(?:txt|md|markdown)$/i.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path]
    if (files.length === 0) throw fail('eval-document-empty', { file: path })
    for (const file of files)
      documents.push({ name: basename(file), text: await readDocument(basename(file), await readFile(file)) })
  }
  return documents
}
