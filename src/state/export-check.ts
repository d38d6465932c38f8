import type { Engine } from '../engine/api/types'
import { fail } from '../errors'
import { damagedFile, MANIFEST, readManifest } from '../formats/manifest'
import { sha256Of } from '../formats/sha256'
import { recommendedRun } from '../run-file/run-file'
import { answerGguf } from '../verify/answer-gguf'
import type { ExportReport } from '../verify/export-report'
import { readSafetensors } from '../verify/read-safetensors'
import type { BlobFile, Collector } from './blob-folder'
import { readBlobs } from './blob-folder'
import { serializeError } from './failure'

export interface CheckParts {
  engine: Engine
  /** A worker in which llama.cpp runs. */
  startWllama(): Worker
  /** A second engine beside the page's own, which is disposed of afterwards. */
  openEngine(): Engine
  /** Where a base model is gathered that an adapter is tried on. */
  collect(): Promise<Collector>
  /** What answers on the page now: the adapter, or the model without one. */
  subject(): unknown
}

/** Files of an export in the order in which they were written. */
interface Written {
  kind: string
  name: string
  files: readonly BlobFile[]
}

const PLAIN = { ...recommendedRun.quantization, load_in_4bit: false }
/** Tokens of an answer: enough to see that they go the same way. */
const CHECK_TOKENS = 24
/** Beyond it a second copy beside the model on the page is asked of no GPU and of no 32-bit memory. */
const LARGEST = 1_500_000_000

/** Opens exports again with other readers, and lets them answer. */
export function createExportCheck({ engine, startWllama, openEngine, collect, subject }: CheckParts) {
  /** Answers of the model on the page: asked once for all formats. */
  let live: { of: unknown; questions: readonly string[]; texts: string[] } | null = null

  async function answersOf(from: Engine, questions: readonly string[], useAdapter: boolean, signal: AbortSignal) {
    const texts = questions.map(() => '')
    const requests = questions.map((content) => ({
      messages: [{ role: 'user', content }],
      temperature: 0,
      top_p: 1,
      top_k: 0,
      seed: 0,
      max_new_tokens: CHECK_TOKENS,
      useAdapter,
    }))
    await from.generateMany(requests, (index, { text }) => (texts[index] = text), signal)
    return texts
  }

  async function liveAnswers(questions: readonly string[], signal: AbortSignal) {
    const of = subject()
    if (live?.of !== of || live?.questions.join('\n') !== questions.join('\n'))
      live = { of, questions, texts: await answersOf(engine, questions, engine.adapter() !== null, signal) }
    return live.texts
  }

  /** The exported folder as a model of its own, in another engine. */
  async function asModel(
    { kind, name, files }: Written,
    questions: readonly string[],
    signal: AbortSignal,
  ): Promise<string[]> {
    const other = openEngine()
    try {
      const all = files.map(({ path, blob }) => ({ path, file: new File([blob], path.split('/').at(-1)!) }))
      // As it was written: neither packed into four bits nor out of them.
      const quantization = kind === 'bnb-4bit' ? undefined : PLAIN
      await other.loadModel({ kind: 'files', name, files: all }, undefined, signal, quantization)
      return await answersOf(other, questions, false, signal)
    } finally {
      await other.dispose()
    }
  }

  /** Who answered from the files, and what. */
  async function answersFrom(
    written: Written,
    questions: readonly string[],
    report: ExportReport,
    signal: AbortSignal,
  ): Promise<{ by: string; texts: string[] }> {
    const { kind, name, files } = written
    const gguf = files.find(({ path }) => path.endsWith('.gguf'))
    if (gguf) {
      const adapter = kind === 'gguf-lora'
      const base = adapter ? await plainBase(signal) : null
      try {
        const file = new File([gguf.blob], gguf.path)
        const found = await answerGguf(
          startWllama,
          { files: base ? [base.file, file] : [file], adapter, questions, max_new_tokens: CHECK_TOKENS },
          signal,
        )
        report.read = { by: found.by, architecture: found.architecture, layers: found.layers }
        return found
      } finally {
        await base?.drop()
      }
    }
    if (kind === 'peft') {
      await engine.loadAdapter(readBlobs(name, files))
      return { by: 'TuneTab', texts: await answersOf(engine, questions, true, signal) }
    }
    return { by: 'TuneTab', texts: await asModel(written, questions, signal) }
  }

  /** The base as it is, as a GGUF file that an adapter goes onto. */
  async function plainBase(signal: AbortSignal) {
    const kept = await collect()
    try {
      await engine.export('gguf-f32', kept, { name: 'base', withoutAdapter: true }, undefined, signal)
      const { blob } = kept.files.find(({ path }) => path.endsWith('.gguf'))!
      return { file: new File([blob], 'base.gguf'), drop: () => kept.drop() }
    } catch (error) {
      await kept.drop()
      throw error
    }
  }

  /** Bytes of all that another program must hold: an adapter as GGUF goes onto its whole base in 32 bits. */
  function bytesToOpen({ kind, files }: Written): number {
    const base = kind === 'gguf-lora' ? engine.model()?.exports.find((offer) => offer.kind === 'gguf-f32')?.bytes : 0
    return files.reduce((sum, { blob }) => sum + blob.size, base ?? 0)
  }

  /** Every file read and hashed, as the manifest has it. */
  async function readBack({ name, files }: Written, signal: AbortSignal) {
    const folder = readBlobs(name, files)
    const [source, manifest] = [await folder.open(MANIFEST), await readManifest(folder)]
    if (!source || !manifest) return { manifest: null, readBack: null }
    const damaged = await damagedFile(folder, manifest, undefined, signal)
    const count = manifest === 'damaged' ? 0 : Object.keys(manifest.files).length
    return { manifest: await sha256Of(source), readBack: { files: count, damaged } }
  }

  return {
    /**
     * Read back what was written, open it with a reader that is not the writer, and ask it and the model on the page
     * the same questions. None: llama.cpp opens a whole model alone; null: it is not even started. MLX's folder is
     * opened alone: nothing in a browser computes with it. Never throws but when it is cancelled: what could not be
     * done stands in the report.
     */
    async check(written: Written, questions: readonly string[] | null, signal: AbortSignal): Promise<ExportReport> {
      const { kind, files } = written
      const report: ExportReport = {
        version: 1,
        kind,
        manifest: null,
        readBack: null,
        read: null,
        answers: null,
        failed: null,
      }
      try {
        Object.assign(report, await readBack(written, signal))
        if (report.readBack?.damaged) return report
        if (files.some(({ path }) => path.endsWith('.safetensors')))
          report.read = { by: '@huggingface/hub', ...(await readSafetensors(files)) }
        // With no question there is one reason left: llama.cpp says itself of a whole model what it found.
        const isWhole = kind !== 'gguf-lora' && files.some(({ path }) => path.endsWith('.gguf'))
        if (kind === 'mlx' || questions === null || (questions.length === 0 && !isWhole)) return report
        const bytes = bytesToOpen(written)
        if (bytes > LARGEST) throw fail('verify-too-large', { bytes, most: LARGEST })
        const texts = questions.length > 0 ? await liveAnswers(questions, signal) : []
        const given = await answersFrom(written, questions, report, signal)
        if (questions.length === 0) return report
        const asked = questions.map((question, i) => ({ question, live: texts[i], file: given.texts[i] ?? '' }))
        report.answers = { by: given.by, max_new_tokens: CHECK_TOKENS, asked }
      } catch (error) {
        signal.throwIfAborted()
        report.failed = serializeError(error)
      }
      return report
    },
  }
}
export type ExportCheck = ReturnType<typeof createExportCheck>
