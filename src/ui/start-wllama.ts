// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import workerUrl from '../verify/wllama-worker.ts?worker&url'
import { scriptAddress } from '../engine/start/script-address'

/** llama.cpp's worker, as the engine's is started: from a blob that imports it and inherits the page's policy. */
export function startWllama(): Worker {
  const code = `import ${JSON.stringify(new URL(workerUrl, import.meta.url).href)}`
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  return new Worker(scriptAddress(blob), { type: 'module', name: 'llama.cpp' })
}
