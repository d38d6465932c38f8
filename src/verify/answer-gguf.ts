import { fail } from '../errors'
import type { FromWllama, WllamaJob } from './wllama-messages'

export interface GgufAnswers {
  /** "llama.cpp b1234-abcdef" */
  by: string
  architecture: string
  layers: number
  texts: string[]
}

/** Loading a small model and each answer take seconds; a worker that says nothing for so long is given up. */
const PATIENCE_MS = 180_000

/**
 * Open a GGUF file with llama.cpp in a worker and answer questions from it, greedily, in the template that the file
 * itself holds. The worker is ended in every case. Throws 'verify-unreadable' where llama.cpp does not open it, or does
 * not run in this browser.
 */
export async function answerGguf(
  start: () => Worker,
  job: WllamaJob,
  signal?: AbortSignal,
  patience = PATIENCE_MS,
): Promise<GgufAnswers> {
  const file = job.files.at(-1)!.name
  signal?.throwIfAborted()
  const worker = start()
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await new Promise<GgufAnswers>((resolve, reject) => {
      const refuse = (reason: string, seconds?: number) =>
        reject(fail('verify-unreadable', { file, reader: 'llama.cpp', reason, seconds }))
      const wait = () => {
        clearTimeout(timer)
        timer = setTimeout(() => refuse('silent', patience / 1000), patience)
      }
      wait()
      const found: GgufAnswers = { by: '', architecture: '', layers: 0, texts: [] }
      worker.addEventListener('error', ({ message }) => refuse(message || 'worker'))
      worker.addEventListener('message', ({ data }: MessageEvent<FromWllama>) => {
        wait()
        if (data.kind === 'opened') Object.assign(found, { architecture: data.architecture, layers: data.layers })
        if (data.kind === 'answer') found.texts.push(data.text)
        if (data.kind === 'failed') refuse(data.reason)
        if (data.kind === 'done') resolve({ ...found, by: `llama.cpp ${data.version}` })
      })
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
      worker.postMessage(job)
    })
  } finally {
    clearTimeout(timer)
    worker.terminate()
  }
}
