import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'vite'
import { afterAll, expect, test } from 'vitest'
import type * as i18nHere from '../../src/i18n'

// The project's words with one folder more. What imports nothing of the project but errors can live alone.
const place = mkdtempSync(join(tmpdir(), 'tunetab-language-'))
for (const room of ['i18n', 'errors', 'contracts'])
  cpSync(join('src', room), join(place, 'src', room), { recursive: true })
const folder = join(place, 'src/i18n/eo')
cpSync(join(place, 'src/i18n/en'), folder, { recursive: true })
const rewrite = (file: string, from: string, to: string) => {
  const text = readFileSync(join(folder, file), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(folder, file), text.replaceAll(from, to))
}

afterAll(() => rmSync(place, { recursive: true, force: true }))

test('a third language is one folder: found, named, spoken, in messages, errors and texts of data files', async () => {
  rewrite('about.ts', "name: 'English'", "name: 'Esperanto'")
  rewrite('about.ts', "locale: 'en-GB'", "locale: 'eo'")
  rewrite('shell.ts', "'room.data': 'Data'", "'room.data': 'Datumoj'")
  rewrite('errors/engine.ts', 'No data set', 'Neniu datumaro')
  rewrite('index.ts', 'export { errors }', "export const given = { 'Harbour master': 'Havenestro' }\nexport { errors }")
  const server = await createServer({
    root: place,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true },
  })
  try {
    const i18n = (await server.ssrLoadModule('/src/i18n/index.ts')) as typeof i18nHere
    expect(i18n.languages).toContain('eo')
    expect(i18n.languageOf(['eo-EO', 'en'])).toBe('eo')
    expect(i18n.aboutLanguage('eo').name).toBe('Esperanto')
    await i18n.loadWords('eo')
    expect(i18n.translate('eo', 'room.data')).toBe('Datumoj')
    expect(i18n.errorWords('eo')['engine-no-data']({})).toContain('Neniu datumaro')
    expect(i18n.inLanguage({ en: 'Harbour master', zh: '港务长' }, 'eo')).toBe('Havenestro')
    expect(i18n.inLanguage({ en: 'Harbour master', zh: '港务长' }, 'zh-CN')).toBe('港务长')
  } finally {
    await server.close()
  }
})
