// Before any component's own styles, which may then say otherwise.
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { Engine } from '../engine/api/types'
import { loadWords } from '../i18n'
import { openGate } from '../offline/gate'
import { openHubLibrary } from '../storage/hub-library'
import { createPrefs } from '../state/prefs'
import { createRouter, sharedRunOfHash } from '../state/router'
import { openRunArchive } from '../state/run-archive'
import { createStudio } from '../state/studio'
import { openVisitStore } from '../state/visit-store'
import { App } from './app'
import { browserSaver } from './browser-saver'
import { DATA_ENDINGS, pickFile, pickFolder } from './files'
import { startPageEffects } from './shell/page-effects'
import { startWllama } from './start-wllama'
import { startPasting } from './shell/paste-anywhere'

/** Puts the studio on the page over an engine and begins the visit. A second model as judge gets another one. */
export async function mount(root: HTMLElement, newEngine: () => Engine): Promise<void> {
  const prefs = createPrefs(localStorageOrNull(), navigator.languages)
  const router = createRouter(window, 'train')
  const baseUrl = new URL('.', document.baseURI).href
  const sharedRun = sharedRunOfHash(window.location.hash)
  // Undefined also where the address is not a secure one.
  const hasWebGpu = navigator.gpu !== undefined
  const archive = openRunArchive()
  const studio = createStudio({
    engine: newEngine(),
    anotherEngine: newEngine,
    archive,
    library: openHubLibrary(),
    saver: browserSaver(),
    prefs,
    router,
    hasWebGpu,
    baseUrl,
    visits: openVisitStore(),
    gate: openGate(),
    startWllama,
    ask: { dataFile: () => pickFile(DATA_ENDINGS), modelFolder: pickFolder },
  })
  await loadWords(prefs.getState().language)
  startPageEffects(studio)
  startPasting(studio)
  createRoot(root).render(
    <StrictMode>
      <App studio={studio} />
    </StrictMode>,
  )
  void studio.begin(sharedRun)
}

/** Reading the property itself throws where storage is forbidden. */
function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
