import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { languageOf, translate } from '../../src/i18n'
import type { MessageKey } from '../../src/i18n'
import { en } from '../../src/i18n/en'
import { formatAxis, formatBytes, formatCompact, formatDuration, formatMeasure } from '../../src/i18n/format'
import { zhCN } from '../../src/i18n/zh-CN'
import { actions, isMeant } from '../../src/ui/actions'
import { fieldGroups } from '../../src/ui/features/train/fields'

const keys = Object.keys(en) as MessageKey[]
const placeholders = (text: string) => new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))

describe('the two languages', () => {
  test('have the same keys', () => {
    expect(Object.keys(zhCN).sort()).toEqual([...keys].sort())
  })
  test('Chinese fills in nothing that English does not have, and leaves nothing blank', () => {
    const foreign = keys.filter((key) => [...placeholders(zhCN[key])].some((name) => !placeholders(en[key]).has(name)))
    expect(foreign).toEqual([])
    expect(keys.filter((key) => zhCN[key].trim() === '')).toEqual([])
  })
  test('a sentence in Chinese has Chinese in it', () => {
    const same = keys.filter((key) => en[key] === zhCN[key] && /[a-z]{3,} [a-z]{3,}/.test(en[key]))
    expect(same).toEqual([])
  })
  test('no key is left over', () => {
    const source = readAll('src/ui') + readAll('src/state')
    const dynamic =
      /^(room|go|phase|figure|finish|format|help|memory|merge|role|runState|model\.from)\.|^try\.(base|tuned)$/
    const unused = keys.filter((key) => !source.includes(`'${key}'`) && !dynamic.test(key))
    expect(unused).toEqual([])
  })
  test.each(['dark', 'language', '中文', 'English', '深色'])('the palette finds %s, in either language', (typed) => {
    for (const language of ['en', 'zh'] as const) {
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
  expect(translate('zh', 'rows', { n: 1203 })).toBe('1,203 行')
})

test('the browser’s languages decide the first one', () => {
  expect(languageOf(['zh-TW', 'en'])).toBe('zh')
  expect(languageOf(['de-DE', 'en-US', 'zh'])).toBe('en')
  expect(languageOf(['fr'])).toBe('en')
})

test('measures, bytes and times', () => {
  expect(formatBytes('en', 0)).toBe('0 B')
  expect(formatBytes('en', 999)).toBe('999 B')
  expect(formatBytes('en', 999_600)).toBe('1 MB')
  expect(formatBytes('en', 123_456_789_012)).toBe('123 GB')
  expect(formatBytes('en', 17_200_000)).toBe('17.2 MB')
  expect(formatBytes('en', 3_370_000_000)).toBe('3.37 GB')
  expect(formatDuration('en', 4.26)).toBe('4.3 s')
  expect(formatDuration('en', 200)).toBe('3 min 20 s')
  expect(formatDuration('zh', 3_720)).toBe('1 小时 2 分')
  expect(formatDuration('en', 3_605)).toBe('1 h')
  expect(formatDuration('en', Infinity)).toBe('–')
  expect(formatMeasure('en', 1.92345)).toBe('1.923')
  expect(formatMeasure('en', 2e-5)).toBe('2.00e−5')
  expect(formatMeasure('en', Number.NaN)).toBe('NaN')
  expect(formatCompact('en', 494_032_768)).toBe('494M')
  expect(formatAxis('en', 0.0005)).toBe('5e−4')
  expect(formatAxis('en', 0.02)).toBe('0.02')
})
