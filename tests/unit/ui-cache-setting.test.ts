import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { beforeAll, expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { loadWords } from '../../src/i18n'
import type { Studio } from '../../src/state/studio'
import { CacheSetting } from '../../src/ui/kit/cache-setting'
import { StudioProvider } from '../../src/ui/studio-context'

beforeAll(() => loadWords('en'))

/** The tick as it stands on a page whose GPU has these features; null: none is known yet. */
function shown(features: string[] | null, disabled = false) {
  const gpu = features && { features }
  const card = { layers: 30, kvHeads: 3, headDim: 64 }
  const studio = {
    prefs: createStore(() => ({ language: 'en', answerCache: 'f16' })),
    model: { store: createStore(() => ({ card, gpu })) },
  } as unknown as Studio
  const page = renderToStaticMarkup(
    createElement(StudioProvider, { value: studio }, createElement(CacheSetting, { disabled })),
  )
  return { page, isOff: page.includes('disabled=""'), isTicked: page.includes('checked=""') }
}

it('is there where the GPU has it, and not to be changed while scores are made', () => {
  expect(shown(['shader-f16'])).toMatchObject({ isOff: false, isTicked: true })
  expect(shown(['shader-f16'], true)).toMatchObject({ isOff: true, isTicked: true })
})

it('says what it saves: two numbers for each of 30 layers, 3 heads of 64 and 1024 tokens', () => {
  expect(shown(['shader-f16']).page).toContain('23.6 MB instead of 47.2 MB')
})

it('says that a GPU lacks it, and nothing of one that is not known yet', () => {
  expect(shown([])).toMatchObject({ isOff: true, isTicked: false })
  expect(shown([]).page).toContain('shader-f16')
  expect(shown(null)).toMatchObject({ isOff: true, isTicked: false })
  expect(shown(null).page).not.toContain('shader-f16')
})
