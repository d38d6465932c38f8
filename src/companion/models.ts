import type {
  FeatureExtractionPipeline,
  pipeline,
  PretrainedModelOptions,
  TextGenerationPipeline,
} from '@huggingface/transformers'
import type { OnnxAnswer, OnnxFacts, OnnxTask } from './protocol'

/** transformers.js, set up for the page or for Node by whoever loads it. */
interface Library {
  pipeline: typeof pipeline
}

/** Numbers by preference, with the file that holds them; a hub seldom has all. Answers: the smallest first. */
const FILES = { q4: 'model_q4', q8: 'model_quantized', fp16: 'model_fp16', fp32: 'model' } as const
type Precision = keyof typeof FILES
const PREFERENCE: Record<OnnxTask, readonly Precision[]> = {
  chat: ['q4', 'q8', 'fp16', 'fp32'],
  // Encoders are small, and four bits cost them more than they save.
  embed: ['q8', 'q4', 'fp16', 'fp32'],
}

/** A model's files, wherever they lie. */
export interface OnnxPlace {
  /** What the library finds it by. */
  id: string
  revision: string
  /** Whether there is such a file. Throws where nobody can say. */
  has(path: string): Promise<boolean>
  /** Whether it can be read without asking anybody. */
  isKept(path: string): Promise<boolean>
  /** A small file, or '{}' where there is none; kept with the model's others. */
  settings(path: string): Promise<string>
}

/** How it is run, and who hears of each file's bytes. */
export interface OnnxRun {
  device: 'webgpu' | 'wasm'
  options: Pick<PretrainedModelOptions, 'device' | 'session_options'>
  on(file: string, done: number, total: number): void
}

export interface ChatModel {
  facts: OnnxFacts
  ask(text: string, maxNewTokens: number): Promise<OnnxAnswer>
}

export interface EncoderModel {
  facts: OnnxFacts
  /** A vector of length 1 for each text. */
  embed(texts: readonly string[]): Promise<Float32Array[]>
}

/** A chat model that answers greedily. Throws Error('no-file') where no file of it is there, and the library's. */
export async function openChat(library: Library, place: OnnxPlace, run: OnnxRun): Promise<ChatModel> {
  const { made, facts } = await load<TextGenerationPipeline>('text-generation', 'chat', library, place, run)
  const { tokenizer, model } = made
  return {
    facts,
    async ask(text, maxNewTokens) {
      const messages = [{ role: 'user', content: text }]
      const inputs = tokenizer.apply_chat_template(messages, { add_generation_prompt: true, return_dict: true }) as {
        input_ids: { dims: number[] }
      }
      const promptTokens = inputs.input_ids.dims.at(-1)!
      const all = (await model.generate({ ...inputs, max_new_tokens: maxNewTokens, do_sample: false })) as {
        slice(...at: (null | [number, null])[]): { dims: number[] }
      }
      const own = all.slice(null, [promptTokens, null])
      const [said] = tokenizer.batch_decode(own as never, { skip_special_tokens: true })
      return { text: said, promptTokens, completionTokens: own.dims.at(-1)! }
    },
  }
}

/** Texts that are padded to one length together. */
const TOGETHER = 8

/**
 * An encoder of texts, pooled as its folder says (1_Pooling/config.json, as sentence-transformers writes it): the mean
 * of its tokens where that says nothing, or the first. Throws as `openChat` does.
 */
export async function openEncoder(library: Library, place: OnnxPlace, run: OnnxRun): Promise<EncoderModel> {
  const { made, facts } = await load<FeatureExtractionPipeline>('feature-extraction', 'embed', library, place, run)
  const pooling = await poolingOf(place)
  return {
    facts,
    async embed(texts) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += TOGETHER) {
        const found = await made(texts.slice(at, at + TOGETHER), { pooling, normalize: true })
        vectors.push(...(found.tolist() as number[][]).map((vector) => Float32Array.from(vector)))
      }
      return vectors
    },
  }
}

async function poolingOf(place: OnnxPlace): Promise<'mean' | 'cls'> {
  const config = JSON.parse(await place.settings('1_Pooling/config.json')) as { pooling_mode_cls_token?: boolean }
  return config.pooling_mode_cls_token === true ? 'cls' : 'mean'
}

async function load<T>(
  kind: 'text-generation' | 'feature-extraction',
  task: OnnxTask,
  library: Library,
  place: OnnxPlace,
  { device, options, on }: OnnxRun,
): Promise<{ made: T; facts: OnnxFacts }> {
  const precision = await firstOf(PREFERENCE[task], place)
  const made = await library.pipeline(kind, place.id, {
    ...options,
    revision: place.revision,
    dtype: precision,
    progress_callback(now) {
      if (now.status === 'progress') on(now.file, now.loaded, now.total)
    },
  })
  return { made: made as T, facts: { device, precision } }
}

async function firstOf(names: readonly Precision[], place: OnnxPlace): Promise<Precision> {
  const pathOf = (name: Precision) => `onnx/${FILES[name]}.onnx`
  try {
    for (const name of names) if (await place.has(pathOf(name))) return name
  } catch (error) {
    // Without a network one may be kept all the same; another that the hub has is not what was wanted.
    for (const name of names) if (await place.isKept(pathOf(name))) return name
    throw error
  }
  throw new Error('no-file')
}

/**
 * Whether a hub's reply brings the file; there is none where it says 404. Throws Error('status 503') and the like where
 * it says neither.
 */
export function isThere({ ok, status }: Response): boolean {
  if (!ok && status !== 404) throw new Error(`status ${status}`)
  return ok
}

/** As 'eval-onnx' gives it: what runs a model throws numbers and texts as well. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300)
