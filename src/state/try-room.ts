import { createStore } from 'zustand/vanilla'
import type { Engine } from '../engine/api/types'
import type { CacheType, GenerateResult } from '../contracts/answers'
import type { BlobFile } from './blob-folder'
import { readBlobs } from './blob-folder'
import { serializeError, isAbort } from './failure'
import type { SerializedError } from '../errors'
import type { AdapterCard } from '../contracts/lora'

export interface AnswerSide {
  text: string
  tokens: number
  status: 'waiting' | 'writing' | 'done'
  finish: GenerateResult['finish'] | null
  tokensPerSecond: number
  /** How strongly the adapter acted, where it was not as trained. */
  strength?: number
}
export interface Answer {
  id: number
  prompt: string
  base: AnswerSide
  /** null where no adapter was loaded when it was asked. */
  tuned: AnswerSide | null
  vote: 'base' | 'tuned' | null
}
export type Side = 'base' | 'tuned'

/** One of the adapters that are added up. */
export interface MixPart {
  name: string
  files: readonly BlobFile[]
  weight: number
}

export interface TrySettings {
  system: string
  /** 0 = greedy. */
  temperature: number
  top_p: number
  max_new_tokens: number
  seed: number
  /** How strongly the adapter acts on its side's answers: 1 as trained, 0 not at all. Another adapter begins with 1. */
  strength: number
}

export interface TryState extends TrySettings {
  prompt: string
  answers: Answer[]
  busy: boolean
  adapter: AdapterCard | null
  /** Run or folder that the adapter came from. */
  adapterName: string
  /** The run whose adapter this is, where it is one of ours. */
  adapterRunId: string | null
  /** Its files, where it was opened and not trained just now. */
  adapterFiles: readonly BlobFile[] | null
  error: SerializedError | null
}

const blank = (): AnswerSide => ({ text: '', tokens: 0, status: 'waiting', finish: null, tokensPerSecond: 0 })

const AS_TRAINED = 1

/** `cache`: the element type of keys and values that the person chose. */
export function createTryRoom(engine: Engine, cache: () => CacheType = () => 'f32') {
  const store = createStore<TryState>(() => ({
    system: '',
    temperature: 0,
    top_p: 1,
    max_new_tokens: 200,
    seed: 42,
    strength: AS_TRAINED,
    prompt: '',
    answers: [],
    busy: false,
    adapter: null,
    adapterName: '',
    adapterRunId: null,
    adapterFiles: null,
    error: null,
  }))
  let controller: AbortController | null = null
  let nextId = 1

  function update(id: number, side: Side, change: Partial<AnswerSide>) {
    store.setState(({ answers }) => ({
      answers: answers.map((answer) => {
        const before = answer.id === id ? answer[side] : null
        return before ? { ...answer, [side]: { ...before, ...change } } : answer
      }),
    }))
  }

  async function write(id: number, side: Side, prompt: string, signal: AbortSignal) {
    const { system, temperature, top_p, max_new_tokens, seed, strength } = store.getState()
    const useAdapter = side === 'tuned'
    const messages = [...(system ? [{ role: 'system', content: system }] : []), { role: 'user', content: prompt }]
    // For this answer alone: scores, evaluations and exports are of the adapter as it was trained.
    const own = useAdapter ? { strength } : {}
    update(id, side, { status: 'writing', ...(strength !== AS_TRAINED ? own : {}) })
    const result = await engine.generate(
      { messages, temperature, top_p, top_k: 0, seed, max_new_tokens, useAdapter, kv_dtype: cache(), ...own },
      (text, tokens) => update(id, side, { text, tokens }),
      signal,
    )
    const { text, finish, tokensPerSecond, token_ids } = result
    update(id, side, { text, finish, tokensPerSecond, tokens: token_ids.length, status: 'done' })
  }

  return {
    store,
    set: (change: Partial<TrySettings & { prompt: string }>) => store.setState(change),

    /** Asks base and tuned model the same. They share one set of weights, so the second begins when the first ends. */
    async send(text = store.getState().prompt.trim()) {
      if (!text || store.getState().busy) return
      const id = nextId++
      const tuned = store.getState().adapter ? blank() : null
      const answer: Answer = { id, prompt: text, base: blank(), tuned, vote: null }
      store.setState(({ answers }) => ({
        answers: [answer, ...answers].slice(0, 30),
        busy: true,
        prompt: '',
        error: null,
      }))
      const mine = new AbortController()
      controller = mine
      try {
        for (const side of tuned ? (['tuned', 'base'] as const) : (['base'] as const)) {
          if (mine.signal.aborted) update(id, side, { status: 'done', finish: 'cancelled' })
          else await write(id, side, text, mine.signal)
        }
      } catch (error) {
        for (const side of ['base', 'tuned'] as const) {
          const { status } = store.getState().answers.find((known) => known.id === id)?.[side] ?? { status: 'done' }
          if (status !== 'done') update(id, side, { status: 'done', finish: 'cancelled' })
        }
        if (!isAbort(error)) store.setState({ error: serializeError(error) })
      } finally {
        controller = null
        store.setState({ busy: false })
      }
    },
    stop: () => controller?.abort(),
    vote(id: number, side: Side) {
      store.setState(({ answers }) => ({
        answers: answers.map((answer) =>
          answer.id === id ? { ...answer, vote: answer.vote === side ? null : side } : answer,
        ),
      }))
    },
    clear: () => store.setState({ answers: [] }),
    /** Answers of an earlier visit. */
    restore(answers: readonly Answer[]) {
      store.setState({ answers: [...answers] })
      nextId = Math.max(0, ...answers.map(({ id }) => id)) + 1
    },

    /** Follows what the engine holds during and after training, and after a change of model. */
    adapterIs(adapter: AdapterCard | null, name = '', runId: string | null = null) {
      const { adapterFiles } = store.getState()
      store.setState({
        adapter,
        adapterName: adapter ? name : '',
        adapterRunId: adapter ? runId : null,
        adapterFiles: adapter && adapter === store.getState().adapter ? adapterFiles : null,
        strength: adapter === store.getState().adapter ? store.getState().strength : AS_TRAINED,
      })
    },
    async loadAdapter(name: string, files: readonly BlobFile[], runId: string | null): Promise<boolean> {
      try {
        const adapter = await engine.loadAdapter(readBlobs(name, files))
        store.setState({
          adapter,
          adapterName: name,
          adapterRunId: runId,
          adapterFiles: files,
          strength: AS_TRAINED,
          error: null,
        })
        return true
      } catch (error) {
        store.setState({ error: serializeError(error) })
        return false
      }
    },
    /**
     * The weighted sum of adapters in place of the one that is there; `files` of it are written by `write`, so that it
     * outlasts a reload as one that was opened does.
     */
    async mixAdapters(name: string, parts: readonly MixPart[], write: () => Promise<BlobFile[]>): Promise<boolean> {
      try {
        const adapter = await engine.mixAdapters(
          parts.map(({ name: own, files, weight }) => ({ folder: readBlobs(own, files), weight })),
        )
        // What answers from now on is the sum, whether its files can be kept or not.
        store.setState({ adapter, adapterName: name, adapterRunId: null, adapterFiles: null, strength: AS_TRAINED })
        store.setState({ adapterFiles: await write(), error: null })
        return true
      } catch (error) {
        store.setState({ error: serializeError(error) })
        return false
      }
    },
    async removeAdapter() {
      await engine.removeAdapter()
      store.setState({ adapter: null, adapterName: '', adapterRunId: null, adapterFiles: null })
    },
  }
}
export type TryRoom = ReturnType<typeof createTryRoom>
