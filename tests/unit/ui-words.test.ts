import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { aboutLanguage, languageOf, languages, loadWords, translate } from '../../src/i18n'
import type { MessageKey } from '../../src/i18n'
import { messages as en } from '../../src/i18n/en'
import { formatAxis, formatBytes, formatCompact, formatDuration, formatMeasure } from '../../src/i18n/format'
import { actions, isMeant } from '../../src/ui/actions'
import { fieldGroups } from '../../src/ui/features/train/fields'

const keys = Object.keys(en) as MessageKey[]

beforeAll(async () => void (await Promise.all(languages.map(loadWords))))

describe('words', () => {
  test('no key is left over', () => {
    const source = ['src/ui', 'src/state', 'src/eval/report'].map(readAll).join('')
    const areas =
      'room|go|phase|figure|finish|format|help|memory|merge|numbering|queueState|rate|role|rowColumn|rowLabel|runState|use|which|model\\.from|score\\.\\w+'
    const dynamic = new RegExp(`^(${areas})\\.|^try\\.(base|tuned)$`)
    const unused = keys.filter((key) => !source.includes(`'${key}'`) && !dynamic.test(key))
    expect(unused).toEqual([])
  })
  test.each(['dark', 'language', '中文', 'English', '深色'])('the palette finds %s, in any language', (typed) => {
    for (const language of languages) {
      const found = Object.values(actions).filter((action) => isMeant(action, translate(language, action.label), typed))
      expect(found).toHaveLength(1)
    }
  })
  test('every setting is explained', () => {
    const paths = fieldGroups.flatMap((group) => group.fields.map((field) => field.path))
    for (const path of paths) expect(keys).toContain(`help.${path}`)
    expect(new Set(paths).size).toBe(paths.length)
  })
})

function readAll(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}

test('names that tests and screen readers share', () => {
  const shared: Record<string, string> = {
    'model.loadBuiltin': 'Load built-in model',
    'model.chooseFolder': 'Choose model folder',
    'model.loadHub': 'Load from hub',
    'data.chooseFile': 'Choose data file',
    'data.useSample': 'Use sample data',
    'train.start': 'Start training',
    'train.pause': 'Pause',
    'train.resume': 'Resume',
    'train.stop': 'Stop and save',
    'export.downloadAdapter': 'Download adapter',
    'export.downloadMerged': 'Download merged model',
    'try.send': 'Send',
    'figure.loss': 'Loss',
    'figure.learning_rate': 'Learning rate',
    'figure.grad_norm': 'Gradient norm',
  }
  for (const [key, name] of Object.entries(shared)) expect(en[key as MessageKey]).toBe(name)
  expect(translate('en', 'train.stepOf', { step: '12', steps: '60' })).toBe('step 12 of 60')
})

test('numbers choose the word and are written as the language does', () => {
  expect(translate('en', 'rows', { n: 1 })).toBe('1 row')
  expect(translate('en', 'rows', { n: 1203 })).toBe('1,203 rows')
  expect(translate('zh-CN', 'rows', { n: 1203 })).toBe('1,203 行')
})

test('languages are the folders; the browser’s own decide the first one', () => {
  const folders = readdirSync('src/i18n', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect([...languages].sort()).toEqual(folders.map(({ name }) => name).sort())
  expect(languages[0]).toBe('en')
  expect(languageOf(['zh-TW', 'en'])).toBe('zh-CN')
  expect(languageOf(['de-DE', 'en-US', 'zh'])).toBe('en')
  expect(languageOf(['fr'])).toBe('en')
})

test('measures, bytes and times', () => {
  expect(formatBytes(aboutLanguage('en'), 0)).toBe('0 B')
  expect(formatBytes(aboutLanguage('en'), 999)).toBe('999 B')
  expect(formatBytes(aboutLanguage('en'), 999_600)).toBe('1 MB')
  expect(formatBytes(aboutLanguage('en'), 123_456_789_012)).toBe('123 GB')
  expect(formatBytes(aboutLanguage('en'), 17_200_000)).toBe('17.2 MB')
  expect(formatBytes(aboutLanguage('en'), 3_370_000_000)).toBe('3.37 GB')
  expect(formatDuration(aboutLanguage('en'), 4.26)).toBe('4.3 s')
  expect(formatDuration(aboutLanguage('en'), 200)).toBe('3 min 20 s')
  expect(formatDuration(aboutLanguage('zh-CN'), 3_720)).toBe('1 小时 2 分')
  expect(formatDuration(aboutLanguage('en'), 3_605)).toBe('1 h')
  expect(formatDuration(aboutLanguage('en'), Infinity)).toBe('–')
  expect(formatMeasure(aboutLanguage('en'), 1.92345)).toBe('1.923')
  expect(formatMeasure(aboutLanguage('en'), 2e-5)).toBe('2.00e−5')
  expect(formatMeasure(aboutLanguage('en'), Number.NaN)).toBe('NaN')
  expect(formatCompact(aboutLanguage('en'), 494_032_768)).toBe('494M')
  expect(formatAxis(aboutLanguage('en'), 0.0005)).toBe('5e−4')
  expect(formatAxis(aboutLanguage('en'), 0.02)).toBe('0.02')
})
