import { loadLanguageModel } from '../../model/loading/load-model'
import { browserPlatform } from './browser-platform'
import { createEngine } from '../core/core'
import type { FromEngine, Port, ToEngine } from '../protocol/messages'
import { serveEngine } from './serve'

/** The worker that owns the GPU. The page's first message says where the page lies; calls follow. */
const port = globalThis as unknown as Port<FromEngine, ToEngine>

globalThis.addEventListener(
  'message',
  ({ data }: MessageEvent<{ kind: 'start'; base: string }>) => {
    serveEngine(port, createEngine(browserPlatform(data.base), loadLanguageModel))
  },
  { once: true },
)
