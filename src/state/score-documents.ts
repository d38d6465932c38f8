import type { StoreApi } from 'zustand/vanilla'
import type { OnnxModel } from '../companion/protocol'
import type { ProgressListener } from '../contracts/progress'
import { fail } from '../errors'
import type { SerializedError } from '../errors'
import type { Passages } from '../eval/passages'
import type { Document } from '../eval/passages/cut'
import { serializeError } from './failure'

/** How passages are found for a statement: by words alone, or by meaning, with an ONNX encoder. */
export interface Retrieval {
  by: 'words' | 'meaning'
  /** The encoder's id on the hub; a folder that was chosen goes before it. */
  id: string
}

/** A folder that holds an encoder. */
export type EncoderFolder = Extract<OnnxModel, { kind: 'folder' }>

export interface DocumentsState {
  /** What answers are held against for the suite truth. */
  documents: Document[]
  /** A text in the field for documents that was not taken yet. */
  pasting: string
  retrieval: Retrieval
  /** The folder of an encoder, for this visit. */
  encoder: EncoderFolder | null
}

export interface DocumentsSurroundings {
  /** From now on requests may go to this address. */
  allow(url: string): Promise<void>
  /** Where second models come from. */
  hubEndpoint(): string
  /** What the nth text is called that was pasted. */
  pastedName(n: number): string
}

/** The texts that answers are held against, and how they are searched. */
export function createScoreDocuments(
  store: Pick<StoreApi<DocumentsState>, 'getState' | 'setState'>,
  { allow, hubEndpoint, pastedName }: DocumentsSurroundings,
  /** A document came, or could not be read. */
  told: (error: SerializedError | null) => void,
) {
  async function modelOf({ id }: Retrieval): Promise<OnnxModel> {
    const folder = store.getState().encoder
    if (folder) return folder
    const endpoint = hubEndpoint()
    if (id === '') throw fail('eval-onnx', { task: 'embed', model: '', endpoint, reason: 'no-id' })
    await allow(endpoint)
    return { kind: 'hub', endpoint, id, revision: 'main' }
  }

  /** Those that cannot be read are said and the others taken. */
  async function add(files: readonly File[]) {
    const { readDocument } = await import('../data/read-document')
    for (const file of files) {
      try {
        const text = await readDocument(file.name, new Uint8Array(await file.arrayBuffer()))
        store.setState(({ documents }) => ({
          documents: [...documents.filter(({ name }) => name !== file.name), { name: file.name, text }],
        }))
        told(null)
      } catch (error) {
        told(serializeError(error))
      }
    }
  }

  /** The text that stands in the field becomes a document; none where there is none. */
  async function takePasted() {
    const { pasting, documents } = store.getState()
    if (pasting.trim() === '') return
    store.setState({ pasting: '' })
    const names = new Set(documents.map(({ name }) => name))
    let n = 1
    while (names.has(pastedName(n))) n++
    await add([new File([pasting], pastedName(n))])
  }

  return {
    add,
    paste: (pasting: string) => store.setState({ pasting }),
    takePasted,
    drop: (name: string) =>
      store.setState(({ documents }) => ({ documents: documents.filter((one) => one.name !== name) })),
    findBy: (change: Partial<Retrieval>) =>
      store.setState(({ retrieval }) => ({ retrieval: { ...retrieval, ...change } })),
    /** The files of a folder stay with the page for the visit. */
    takeEncoder: (encoder: EncoderFolder | null) => store.setState({ encoder }),

    /**
     * For one scoring: the documents, cut and searched when they are first wanted; undefined where there are none. What
     * was loaded for it goes with `close`.
     */
    open(on: ProgressListener, signal: AbortSignal) {
      const { documents, retrieval } = store.getState()
      let found: Promise<Passages> | null = null
      let close = () => {}
      let by = retrieval.by === 'words' ? 'words' : null
      async function read(): Promise<Passages> {
        const { searchPassages } = await import('../eval/passages')
        if (retrieval.by === 'words') return searchPassages(documents)
        const model = await modelOf(retrieval)
        const { openOnnxEncoder } = await import('../companion/client')
        const tell = (item: string, done: number, total: number) =>
          on({ phase: 'download', item, done, total, unit: 'bytes' })
        const encoder = await openOnnxEncoder(model, tell, signal)
        close = encoder.close
        const { precision, device } = encoder.facts
        by = `${model.kind === 'hub' ? model.id : model.name} (ONNX ${precision}, ${device})`
        return searchPassages(documents, encoder.embed)
      }
      return {
        passages: documents.length > 0 ? () => (found ??= read()) : undefined,
        /** As scores say it: "words", or the encoder; null for one that could not be had. */
        by: () => by,
        close: () => close(),
      }
    },
  }
}
