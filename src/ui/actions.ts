import { languages } from '../i18n'
import type { Language, MessageKey, Params } from '../i18n'
import { aboutLanguage } from '../i18n/languages'
import type { Room } from '../state/router'
import { ROOMS } from '../state/router'
import type { Studio } from '../state/studio'
import { takeFiles, takeRunFile } from './intake'
import { DATA_ENDINGS, pickFile, pickFolder, saveBlob } from './files'
import { RUN_FILE } from '../contracts/file-names'

/** Something that can be done, for buttons, keys and the palette alike. */
export interface Action {
  label: MessageKey
  /** Another label while it means something else by now. */
  labelNow?: (studio: Studio) => MessageKey
  /** What the label's placeholders stand for. */
  params?: (studio: Studio) => Params
  /** Further words by which the palette finds it, in any language. */
  words?: string
  /** The keys that do it from anywhere on the page: `Mod` is Ctrl, or ⌘ on a Mac. */
  keys?: string
  enabled: (studio: Studio) => boolean
  perform: (studio: Studio) => void | Promise<void>
}

const always = () => true
const idle = (studio: Studio) => !studio.running()
const phase = (studio: Studio) => studio.train.store.getState().phase
/** A run is under way and has not been asked to end; once it is over, what is left is writing its files. */
const isLive = (studio: Studio) => {
  const { outcome, wish } = studio.train.store.getState()
  return studio.running() && outcome === null && wish !== 'stop'
}
const hasAdapter = (studio: Studio) => studio.try.store.getState().adapter !== null
const isExporting = (studio: Studio) => studio.exporting.store.getState().busy !== null

const isScoring = (studio: Studio) => studio.score.store.getState().phase !== 'idle'
const hasScores = (studio: Studio) => studio.score.store.getState().scores !== null

async function downloadScores(studio: Studio, kind: 'json' | 'html'): Promise<void> {
  const { name, blob } = await studio.score.file(kind)
  saveBlob(name, blob)
}

const nextLanguage = (now: Language) => languages[(languages.indexOf(now) + 1) % languages.length]

const goTo = (room: Room, keys: string): Action => ({
  label: `go.${room}`,
  keys,
  enabled: always,
  perform: (studio) => studio.router.go(room),
})

const rooms = Object.fromEntries(ROOMS.map((room, i) => [`go.${room}`, goTo(room, String(i + 1))])) as Record<
  `go.${Room}`,
  Action
>

const work = {
  'page.palette': {
    label: 'keys.palette',
    keys: 'Mod+K',
    enabled: always,
    perform: (studio) => studio.overlay.setState({ open: 'palette' }),
  },
  'page.keys': {
    label: 'keys.title',
    keys: '?',
    enabled: always,
    perform: (studio) => studio.overlay.setState({ open: 'keys' }),
  },
  'model.builtin': {
    label: 'model.loadBuiltin',
    enabled: idle,
    perform: (studio) => studio.model.loadBuiltin(),
  },
  'model.folder': {
    label: 'model.chooseFolder',
    enabled: idle,
    perform: async (studio) => {
      const folder = await pickFolder()
      if (folder) await studio.model.loadFiles(folder.name, folder.files)
    },
  },
  'data.file': {
    label: 'data.chooseFile',
    enabled: idle,
    perform: async (studio) => {
      const file = await pickFile(DATA_ENDINGS)
      if (file) await studio.data.openFile(file)
    },
  },
  'train.start': {
    label: 'train.start',
    labelNow: ({ train }) => (train.store.getState().outcome ? 'train.startAgain' : 'train.start'),
    enabled: (studio) =>
      idle(studio) &&
      studio.isReady() &&
      studio.train.store.getState().planError === null &&
      !studio.rates.store.getState().searching &&
      !studio.queue.store.getState().going,
    perform: (studio) => {
      studio.router.go('train')
      return studio.startTraining()
    },
  },
  'train.pause': {
    label: 'train.pause',
    keys: 'Space',
    enabled: (studio) => isLive(studio) && phase(studio) !== 'paused' && studio.train.store.getState().wish === null,
    perform: (studio) => studio.train.pause(),
  },
  'train.resume': {
    label: 'train.resume',
    keys: 'Space',
    enabled: (studio) => phase(studio) === 'paused',
    perform: (studio) => studio.train.resume(),
  },
  'train.stop': {
    label: 'train.stop',
    enabled: isLive,
    perform: (studio) => studio.train.stop(),
  },
  'train.openRunFile': {
    label: 'train.openRunFile',
    enabled: idle,
    perform: async (studio) => {
      const file = await pickFile(['.json', '.yaml', '.yml', '.py', '.ipynb'])
      if (file) await takeRunFile(studio, file)
    },
  },
  'train.saveRunFile': {
    label: 'train.saveRunFile',
    enabled: always,
    perform: (studio) =>
      studio.exporting.saveText(RUN_FILE, JSON.stringify(studio.train.store.getState().run, null, 2) + '\n'),
  },
  'try.loadAdapter': {
    label: 'try.loadAdapter',
    enabled: (studio) => idle(studio) && studio.model.store.getState().card !== null,
    perform: async (studio) => {
      const file = await pickFile(['.zip'])
      if (file) await takeFiles(studio, file.name, [{ path: file.name, file }])
    },
  },
  'try.removeAdapter': {
    label: 'try.removeAdapter',
    enabled: (studio) => idle(studio) && hasAdapter(studio),
    perform: (studio) => studio.try.removeAdapter(),
  },
  'score.start': {
    label: 'score.start',
    enabled: (studio) => idle(studio) && studio.model.store.getState().card !== null && !isScoring(studio),
    perform: (studio) => {
      studio.router.go('score')
      return studio.score.start()
    },
  },
  'score.stop': {
    label: 'score.stop',
    enabled: isScoring,
    perform: (studio) => studio.score.stop(),
  },
  'score.chooseFile': {
    label: 'score.chooseFile',
    enabled: (studio) => !isScoring(studio),
    perform: async (studio) => {
      const file = await pickFile(DATA_ENDINGS)
      if (file) studio.score.takeFile(file)
    },
  },
  'score.curve': {
    label: 'score.curve',
    enabled: (studio) => idle(studio) && hasAdapter(studio) && hasScores(studio) && !isScoring(studio),
    perform: (studio) => studio.score.curve(),
  },
  'score.report': {
    label: 'score.downloadReport',
    enabled: hasScores,
    perform: (studio) => downloadScores(studio, 'html'),
  },
  'score.json': {
    label: 'score.downloadScores',
    enabled: hasScores,
    perform: (studio) => downloadScores(studio, 'json'),
  },
  'score.review': {
    label: 'score.beginReview',
    enabled: (studio) => hasScores(studio) && (studio.score.store.getState().scores?.verdicts.length ?? 0) > 0,
    perform: (studio) => studio.score.review.begin(),
  },
  'export.adapter': {
    label: 'export.downloadAdapter',
    // A paused run lends its adapter as it is by then.
    enabled: (studio) => (idle(studio) || phase(studio) === 'paused') && hasAdapter(studio) && !isExporting(studio),
    perform: (studio) => studio.downloadAdapter(),
  },
  'export.merged': {
    label: 'export.downloadMerged',
    enabled: (studio) => idle(studio) && hasAdapter(studio) && !isExporting(studio),
    perform: (studio) => studio.downloadMerged('zip'),
  },
  'runs.open': {
    label: 'runs.openPack',
    enabled: idle,
    perform: async (studio) => {
      const file = await pickFile(['.zip'])
      if (file) await takeFiles(studio, file.name, [{ path: file.name, file }])
    },
  },
  'prefs.language': {
    label: 'prefs.switchLanguage',
    params: ({ prefs }) => ({ name: aboutLanguage(nextLanguage(prefs.getState().language)).name }),
    words: `language 语言 英文 ${languages.map((language) => aboutLanguage(language).name).join(' ')}`,
    enabled: always,
    perform: ({ prefs, chooseLanguage }) => chooseLanguage(nextLanguage(prefs.getState().language)),
  },
  'prefs.theme': {
    label: 'prefs.switchTheme',
    words: 'dark light theme appearance 深色 浅色 夜间 主题 外观',
    enabled: always,
    perform: ({ prefs }) =>
      prefs.setState(({ theme }) => ({ theme: theme === 'auto' ? 'dark' : theme === 'dark' ? 'light' : 'auto' })),
  },
} satisfies Record<string, Action>

export type ActionId = keyof typeof work | keyof typeof rooms
export const actions: Record<ActionId, Action> = { ...rooms, ...work }

/** Keys that belong to what has the focus, which handles them itself; here for the list of keys. */
export const localKeys: readonly Pick<Action, 'label' | 'keys'>[] = [
  { label: 'keys.send', keys: 'Enter' },
  { label: 'keys.tokens', keys: '← →' },
  { label: 'keys.close', keys: 'Esc' },
]

/** Whether an action is meant by what somebody types: a part of its label, or of a further word. */
export const isMeant = ({ words = '' }: Pick<Action, 'words'>, label: string, typed: string): boolean =>
  `${label} ${words}`.toLowerCase().includes(typed.trim().toLowerCase())
