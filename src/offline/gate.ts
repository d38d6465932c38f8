import { scriptAddress } from '../engine/start/script-address'
import type { Ledger } from '../contracts/ledger'

/** The page's side of its service worker. A browser may have none, and a development server serves none. */
export interface Gate {
  /** From now on requests may go to these addresses besides the page's own. */
  allow(endpoint: string): Promise<void>
  /** What went to other addresses so far; null while no service worker watches this page. */
  ledger(): Promise<Ledger | null>
}

/** A service worker that does not answer must not hold up a download. */
const PATIENCE_MS = 2000

export function openGate(): Gate {
  const container = import.meta.env.PROD ? navigator.serviceWorker : undefined
  const allowed = new Set<string>()
  // Refused in private windows of some browsers: the page then works without, as it does at a first visit.
  void container?.register(scriptAddress(new URL('sw.js', document.baseURI).href)).catch(() => {})

  function ask(wish: object): Promise<Ledger | null> {
    const worker = container?.controller
    if (!worker) return Promise.resolve(null)
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.addEventListener('message', ({ data }: MessageEvent<Ledger>) => resolve(data), { once: true })
      port1.start()
      setTimeout(() => resolve(null), PATIENCE_MS)
      worker.postMessage(wish, [port2])
    })
  }
  const tellAllowed = () => ask({ kind: 'allow', origins: [...allowed] })
  container?.addEventListener('controllerchange', () => void tellAllowed())
  void tellAllowed()

  return {
    async allow(endpoint) {
      if (!URL.canParse(endpoint)) return
      allowed.add(new URL(endpoint).origin)
      await tellAllowed()
    },
    ledger: () => ask({ kind: 'ledger' }),
  }
}
