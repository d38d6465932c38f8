import { createStore } from 'zustand/vanilla'
import type { Progress } from '../contracts/progress'
import type { CacheType } from '../contracts/answers'
import type { DataOptions } from '../contracts/data'
import type { DataSource, Engine } from '../engine/api/types'
import { messagesOf } from '../i18n'
import type { Language } from '../i18n'
import type { RunFacts } from '../run-file/run-facts'
import { fail, type SerializedError } from '../errors'
import { engineExaminee } from '../eval/run/engine-examinee'
import type { Candidate } from '../eval/run/asked'
import { countOf, runSuites, type ScoredSuite } from '../eval/run/runner'
import type { Scores } from '../eval/run/scores'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../eval/run/verdict'
import { estimateRun } from '../eval/run/estimate'
import { lossSuite, referenceSuite, thinned, truthSuite } from '../eval/suites/own'
import { readSuite, type Suite } from '../eval/suites/suite'
import { isAbort, serializeError } from './failure'
import { judgeWith, NO_JUDGE, type JudgeChoice } from './judge-choice'
import { keptAnswers } from './kept-answers'
import { candidatesOf } from './score-candidates'
import { createScoreDocuments, type DocumentsState, type DocumentsSurroundings } from './score-documents'
import { createReview, type ReviewState } from './score-review'

/** What can be ticked: names of suites, each with those that it stands for. */
export const SCORE_CHOICES = {
  loss: ['loss'],
  references: ['references'],
  instructions: ['ifeval-en', 'ifeval-zh'],
  refusal: ['refusal-en', 'refusal-zh'],
  forgetting: ['general-text', 'general-questions'],
  tools: ['tool-calls'],
  json: ['json'],
  long: ['long-context'],
  truth: ['truth'],
} as const
export type ScoreChoice = keyof typeof SCORE_CHOICES

export const LIMITS = [4, 12, 40, null] as const
/** Tokens of the longest text in which facts are hidden; null: as long as the model takes. */
export const CONTEXTS = [1024, 4096, 16384, null] as const

export interface ScoreState extends DocumentsState {
  chosen: Record<ScoreChoice, boolean>
  /** Whether runs ask the small sets at each evaluation. */
  onTheWay: boolean
  /** Items of each suite at most; null: all. */
  limit: number | null
  /** Tokens of the longest text of the suite long-context; null: the model's own limit. */
  context: number | null
  /** Held-out rows; null: the rows of the room Data. */
  file: File | null
  phase: 'idle' | 'preparing' | 'running' | 'strength'
  progress: Progress | null
  /** Answers and losses that the last start asked for. */
  total: number
  /** Seconds that what is left will take, found by trying; null before that. */
  estimate: number | null
  judge: JudgeChoice
  thresholds: Thresholds
  /** The answer that is being written. */
  writing: string
  scores: Scores | null
  error: SerializedError | null
  review: ReviewState | null
}

/** What the person chose, as it is kept for the next visit; the judge's key is not among it. */
export type ScoreChoices = Pick<
  ScoreState,
  'chosen' | 'onTheWay' | 'limit' | 'context' | 'documents' | 'retrieval' | 'judge' | 'thresholds'
>

export interface ScoreSurroundings extends DocumentsSurroundings {
  baseUrl: string
  /** Element type of keys and values while answers are made. */
  cache(): CacheType
  /** The rows of the room Data and how they become tokens. */
  data(): { source: DataSource | null; name: string; options: DataOptions }
  /** The card is the adapter's own: another one, or none, is another adapter. */
  adapter(): { name: string; card: object } | null
  /** An engine beside this one, for a second model as judge. */
  anotherEngine(): Engine
}

export type ScoreRoom = ReturnType<typeof createScoreRoom>

const isTruth = ({ score }: Suite) => score === 'truth'
const OWN: ReadonlySet<string> = new Set(['loss', 'references', 'truth'])
const ANSWER_TOKENS = 96
/** What runs ask on the way, and how much of it: seconds, not minutes. */
const SMALL_SETS = ['general-text', 'general-questions'] as const
const SMALL_ITEMS = 8
/** The room that says whether it is better: base and adapter on the same suites, people, a verdict. */
export function createScoreRoom(engine: Engine, around: ScoreSurroundings) {
  const store = createStore<ScoreState>(() => ({
    chosen: {
      loss: true,
      references: true,
      instructions: true,
      refusal: true,
      forgetting: true,
      tools: false,
      json: false,
      long: false,
      truth: false,
    },
    onTheWay: false,
    limit: 12,
    context: 4096,
    file: null,
    phase: 'idle',
    progress: null,
    total: 0,
    estimate: null,
    documents: [],
    pasting: '',
    retrieval: { by: 'words', id: '' },
    encoder: null,
    judge: NO_JUDGE,
    thresholds: DEFAULT_THRESHOLDS,
    writing: '',
    scores: null,
    error: null,
    review: null,
  }))
  let cancel: AbortController | null = null
  let scored: ScoredSuite[] = []
  let scoredCard: object | null = null
  let remake: ((thresholds: Thresholds) => Scores) | null = null
  let key = ''

  const review = createReview(store, () => scored)
  const documents = createScoreDocuments(store, around, (error) =>
    store.setState(({ chosen }) => (error ? { error } : { chosen: { ...chosen, truth: true } })),
  )

  const rows = () => {
    const { file } = store.getState()
    const { source, name, options } = around.data()
    return file
      ? { source: { kind: 'file', file } as DataSource, name: file.name, options: { ...options, mapping: undefined } }
      : source && { source, name, options }
  }

  /** The suites that are ticked. One that cannot be had is said, and the others go on. */
  async function suites(): Promise<Suite[]> {
    const { chosen, limit } = store.getState()
    const names = Object.entries(SCORE_CHOICES).flatMap(([choice, all]) => (chosen[choice as ScoreChoice] ? all : []))
    const found: Suite[] = []
    for (const name of names) {
      try {
        found.push(await suiteNamed(name))
      } catch (error) {
        store.setState({ error: serializeError(error) })
      }
    }
    return found.map((suite) => thinned(suite, limit ?? Infinity))
  }

  async function suiteNamed(name: string): Promise<Suite> {
    if (name === 'long-context') {
      const { longContextSuite } = await import('../eval/suites/long-context')
      const longest = Math.min(engine.model()?.contextLength ?? 0, store.getState().context ?? Infinity)
      return longContextSuite({ longest, count: (prompts) => engine.promptTokens(prompts) })
    }
    if (name !== 'loss' && name !== 'references' && name !== 'truth') {
      const response = await fetch(new URL(`suites/${name}.json`, around.baseUrl))
      if (!response.ok) throw fail('http-status', { url: response.url, status: response.status })
      return readSuite(name, await response.text())
    }
    const own = rows()
    if (!own) throw fail('eval-suite-needs-data', { name })
    if (name === 'loss') return lossSuite(await engine.rowsOf(own.source, own.options), own.name)
    const references = referenceSuite(await engine.questionsOf(own.source, own.options), ANSWER_TOKENS)
    return name === 'truth' ? truthSuite(references) : references
  }

  function examineeNow(own: ReturnType<typeof rows>, cache?: CacheType) {
    return engineExaminee<DataSource>({
      engine,
      // The adapter is on the model already.
      load: async () => {},
      data: own ? { source: own.source, options: own.options } : undefined,
      maxLength: own?.options.max_length ?? 512,
      cache,
      onText: (writing) => store.setState({ writing }),
    })
  }

  async function work(phase: ScoreState['phase'], act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (store.getState().phase !== 'idle') return
    const mine = new AbortController()
    cancel = mine
    store.setState({ phase, error: null, progress: null, writing: '' })
    try {
      await act(mine.signal)
    } catch (error) {
      if (!isAbort(error)) store.setState({ error: serializeError(error) })
    } finally {
      cancel = null
      store.setState({ phase: 'idle', progress: null, writing: '' })
    }
  }

  return {
    store,
    review,
    documents,
    choose: (choice: ScoreChoice, wanted: boolean) =>
      store.setState(({ chosen }) => ({ chosen: { ...chosen, [choice]: wanted } })),
    askOnTheWay: (onTheWay: boolean) => store.setState({ onTheWay }),
    /** For a run that begins now; none where they were not asked for. */
    async smallSets(): Promise<Suite[]> {
      if (!store.getState().onTheWay) return []
      const sets = await Promise.all(SMALL_SETS.map(suiteNamed))
      return sets.map((suite) => thinned(suite, SMALL_ITEMS))
    },
    limitTo: (limit: number | null) => store.setState({ limit }),
    contextTo: (context: number | null) => store.setState({ context }),
    judgeBy: (change: Partial<JudgeChoice>) => store.setState(({ judge }) => ({ judge: { ...judge, ...change } })),
    setKey: (text: string) => void (key = text.trim()),
    /** The verdict follows at once; nothing is asked again. */
    setThreshold(name: keyof Thresholds, value: number) {
      const thresholds = { ...store.getState().thresholds, [name]: value }
      store.setState(({ scores }) => ({
        thresholds,
        scores:
          scores && remake ? { ...remake(thresholds), created: scores.created, strength: scores.strength } : scores,
      }))
    },
    takeFile: (file: File | null) => store.setState({ file }),
    /** As an earlier visit left it; what that did not know yet stays. */
    restore: ({ chosen, judge, retrieval, thresholds, ...rest }: ScoreChoices, file: File | null) =>
      store.setState((now) => ({
        ...rest,
        file,
        chosen: { ...now.chosen, ...chosen },
        judge: { ...now.judge, ...judge },
        retrieval: { ...now.retrieval, ...retrieval },
        thresholds: { ...now.thresholds, ...thresholds },
      })),
    stop: () => cancel?.abort(),

    /** Ask both everything that is ticked; answers that are kept are not asked again. */
    start: () =>
      work('preparing', async (signal) => {
        // All answers of one scoring are of one type, whatever is ticked meanwhile.
        const cache = around.cache()
        await documents.takePasted()
        const { makeScores } = await import('../eval/run/scores')
        const asked = await suites()
        const { fingerprint, candidates: who } = await candidatesOf(engine, around.adapter()?.name ?? null, cache)
        const own = rows()
        const card = around.adapter()?.card ?? null
        const total = countOf(asked, who)
        const { limit } = store.getState()
        store.setState({ phase: 'running', total, estimate: null })
        const began = performance.now()
        const answers = await keptAnswers()
        const on = (progress: Progress) => store.setState({ progress })
        const texts = documents.open(on, signal)
        const parts = { suites: asked, candidates: who, examinee: examineeNow(own, cache), store: answers, on, signal }
        const run = { ...parts, passages: texts.passages }
        try {
          const { left, seconds } = await estimateRun(run)
          store.setState({ estimate: seconds > 0 ? seconds : null, total: left })
          scored = await runSuites(run)
        } finally {
          texts.close()
        }
        const asking = { scored, candidates: who, store: answers, on, signal }
        const judge = await judgeWith(store.getState().judge, asking, { ...around, engine, on, key: () => key })
        const facts = {
          model: engine.model()?.id ?? '',
          model_fingerprint: fingerprint,
          data: own?.name ?? null,
          data_sha256: null,
          settings: {
            limit,
            kv_dtype: cache,
            ...own?.options,
            ...(asked.some(isTruth) && { passages: texts.by() }),
          },
          seconds: Math.round((performance.now() - began) / 100) / 10,
          versions: { browser: globalThis.navigator?.userAgent ?? '' },
        }
        const made = { scored, candidates: who, own: OWN, facts, judge }
        const scores = makeScores({ ...made, thresholds: store.getState().thresholds })
        remake = (thresholds) => makeScores({ ...made, thresholds }, scores.suites)
        scoredCard = card
        store.setState({ scores, review: null })
      }),

    /** The losses over the adapter's strength, on the weights that are there. */
    curve: () =>
      work('strength', async (signal) => {
        // Another adapter on the model: its curve would stand in scores that are not its own.
        if (around.adapter()?.card !== scoredCard) throw fail('eval-other-adapter', {})
        const { strengthCurve } = await import('../eval/run/strength')
        const tuned: Candidate = { id: 'tuned', name: 'tuned', adapter: 'tuned', strength: 1, print: '' }
        const suitesNow = scored.map(({ suite }) => suite)
        const curve = await strengthCurve(
          tuned,
          suitesNow,
          examineeNow(rows()),
          (progress) => store.setState({ progress }),
          signal,
        )
        store.setState(({ scores }) => ({
          scores: scores && { ...scores, strength: [curve] },
        }))
      }),

    /** The scores of the adapter that is loaded, for the README beside it; undefined where it was not scored. */
    async ofReadme(language: Language): Promise<RunFacts['scores']> {
      const { scores } = store.getState()
      if (!scores || scoredCard === null || around.adapter()?.card !== scoredCard) return undefined
      const { readmeScores } = await import('../eval/report/readme')
      return readmeScores(scores, 'tuned', messagesOf(language), language)
    },

    /** What a download holds. */
    async file(kind: 'json' | 'html'): Promise<{ name: string; blob: Blob }> {
      const { scores } = store.getState()
      if (kind === 'json')
        return {
          name: 'scores.json',
          blob: new Blob([`${JSON.stringify(scores, null, 2)}\n`], { type: 'application/json' }),
        }
      const [{ reportHtml }, { scoreRoom: en }, { scoreRoom: zh }] = await Promise.all([
        import('../eval/report/report'),
        import('../i18n/en/score'),
        import('../i18n/zh-CN/score'),
      ])
      return { name: 'report.html', blob: new Blob([reportHtml(scores!, { en, 'zh-CN': zh })], { type: 'text/html' }) }
    },
  }
}
