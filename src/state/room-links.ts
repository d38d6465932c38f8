import type { Engine } from '../engine/api/types'
import type { DataRoom } from './data-room'
import type { EvalFile } from './eval-file'
import type { ExportRoom } from './export-room'
import { isLoss } from './losses'
import type { ModelRoom } from './model-room'
import type { Notices } from './notices'
import type { PrefsStore } from './prefs'
import { presetFor } from './presets'
import type { RowsGlass } from './rows-glass'
import type { ScoreRoom } from './score-room'
import type { TrainRoom } from './train-room'
import { isRunning } from './train-room'
import type { TryRoom } from './try-room'

interface LinkedParts {
  engine: Engine
  notices: Notices
  prefs: PrefsStore
  model: ModelRoom
  data: DataRoom
  train: TrainRoom
  tryRoom: TryRoom
  score: ScoreRoom
  exporting: ExportRoom
  glass: RowsGlass
  evalFile: EvalFile
  /** Whether model and data set are there. */
  isReady(): boolean
}

const PLAN_DELAY_MS = 120

/** What a change in one room means for the others. */
export function linkRooms(parts: LinkedParts) {
  const { engine, notices, prefs, model, data, train, tryRoom, score, exporting, glass, evalFile, isReady } = parts

  let planTimer: ReturnType<typeof setTimeout> | null = null
  /** Plans anew, a moment later: of several changes once. */
  function replan() {
    if (planTimer) clearTimeout(planTimer)
    planTimer = setTimeout(() => {
      if (!isRunning(train.store.getState().phase)) void train.plan(isReady())
    }, PLAN_DELAY_MS)
  }

  /** Settings for what is chosen, as long as the person has made none. */
  function suggest() {
    const { card } = model.store.getState()
    if (card) train.suggest(presetFor(card, data.store.getState().sample !== null))
  }

  // A new model brings its own tokenizer and has no adapter yet.
  model.store.subscribe((now, before) => {
    // What was timed may decode weights elsewhere, which takes other memory.
    if (now.gpu !== before.gpu) replan()
    if (now.card === before.card) return
    // A load that failed may have left the model of before as it stood, adapter and all.
    if (now.status !== 'loading' && !engine.adapter()) {
      tryRoom.adapterIs(null)
      train.setContinue(false)
    }
    if (now.card) {
      suggest()
      void data.reload().then(evalFile.again).catch(notices.fail)
    }
    replan()
  })
  data.store.subscribe((now, before) => {
    if (now.sample !== before.sample) suggest()
    if (now.summary !== before.summary) glass.forget()
    // Numbers of rows mean nothing in another file.
    if (now.opened !== before.opened && train.store.getState().run.exclude_rows.length > 0) train.excludeRows([])
    if (now.summary !== before.summary || now.status !== before.status) replan()
  })
  train.store.subscribe((now, before) => {
    // What was changed right before a start waits until it has ended.
    if (now.phase !== before.phase) replan()
    if (now.run === before.run) return
    const changed = (['max_length', 'assistant_only_loss', 'completion_only_loss'] as const).some(
      (name) => now.run[name] !== before.run[name],
    )
    if (changed) void data.retokenize()
    else replan()
  })

  prefs.subscribe((now, before) => {
    if (now.answerEvery !== before.answerEvery || now.answerCache !== before.answerCache) replan()
  })

  tryRoom.store.subscribe((now, before) => {
    if (now.adapter === before.adapter) return
    exporting.forget()
    glass.forgetAfter()
  })

  for (const room of [train, tryRoom, score, exporting]) {
    room.store.subscribe(({ error }, before) => {
      if (error !== before.error && isLoss(error)) model.lost(error)
    })
  }
  // A judge or an encoder may have come into this browser.
  score.store.subscribe(({ phase }, before) => {
    if (phase === 'idle' && before.phase !== 'idle') model.listCached().catch(notices.fail)
  })
  engine.onLost?.((error) => model.lost(error))

  return { replan }
}
