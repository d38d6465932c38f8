import { createStore } from 'zustand/vanilla'
import type { Engine, GpuSummary, ModelCard, ModelSource } from '../engine/api/types'
import { fail } from '../errors'
import type { SerializedError } from '../errors'
import type { CachedModel, HubLibrary } from '../storage/hub-library'
import { isAbort, serializeError } from './failure'
import { createLatest } from './latest'
import type { Notices } from './notices'
import type { PrefsStore } from './prefs'
import type { Progress } from '../contracts/progress'

export interface ModelState {
  gpu: GpuSummary | null
  /** Why there is no GPU; the page shows what to do instead of the studio. */
  gpuError: SerializedError | null
  /** Its kernels are being timed. */
  tuning: boolean
  status: 'empty' | 'loading' | 'ready'
  /** What is being loaded, as the person would name it. */
  loadingName: string
  progress: Progress | null
  card: ModelCard | null
  /** Where `card` came from. */
  source: ModelSource | null
  error: SerializedError | null
  /** Models of the hub that lie in this browser, the last one first. */
  cached: CachedModel[]
  /** What failed or was cancelled last, so that it can be tried again: downloads go on where they ended. */
  retry: ModelSource | null
  /** What stands in the hub's door. */
  door: { id: string; revision: string }
}

/** How long a removed model can be had back. */
const LEAVE_MS = 8000

export function createModelRoom(
  engine: Engine,
  prefs: PrefsStore,
  library: HubLibrary,
  notices: Notices,
  /** Lets requests go to an address that the person chose. */
  allow: (endpoint: string) => Promise<void>,
) {
  const store = createStore<ModelState>(() => ({
    gpu: null,
    gpuError: null,
    tuning: false,
    status: 'empty',
    loadingName: '',
    progress: null,
    card: null,
    source: null,
    error: null,
    cached: [],
    retry: null,
    door: { id: 'Qwen/Qwen2.5-0.5B-Instruct', revision: 'main' },
  }))
  const loads = createLatest()
  /** Removed on the page, and soon from the browser. */
  const leaving = new Set<string>()

  function load(source: ModelSource): Promise<void> {
    store.setState({
      status: 'loading',
      loadingName: nameOf(source),
      progress: null,
      error: null,
      retry: null,
      card: null,
    })
    return loads.run(async (signal, isCurrent) => {
      try {
        if (source.kind === 'hub') await allow(source.endpoint)
        const card = await engine.loadModel(source, (progress) => isCurrent() && store.setState({ progress }), signal)
        if (!isCurrent()) return
        store.setState({ status: 'ready', card, source, progress: null })
        if (source.kind === 'hub') void listCached()
      } catch (error) {
        if (!isCurrent()) return
        const card = engine.model()
        store.setState({
          status: card ? 'ready' : 'empty',
          card,
          source: card ? store.getState().source : null,
          progress: null,
          retry: source,
          error: isAbort(error) ? null : serializeError(error),
        })
        if (source.kind === 'hub') void listCached()
      }
    })
  }

  async function listCached() {
    const cached = await library.list()
    store.setState({ cached: cached.filter((model) => !leaving.has(keyOf(model))) })
  }

  return {
    store,
    /** `hasWebGpu` false: the engine need not even be asked. */
    async findGpu(hasWebGpu: boolean) {
      try {
        if (!hasWebGpu) throw fail('browser-no-webgpu', {})
        store.setState({ gpu: await engine.gpu() })
      } catch (error) {
        store.setState({ gpuError: serializeError(error) })
      }
    },
    /** Time the GPU's kernels anew; what was chosen stays where that fails. */
    async tuneGpu() {
      if (store.getState().tuning) return
      store.setState({ tuning: true })
      try {
        store.setState({ gpu: await engine.tune(), error: null })
      } catch (error) {
        store.setState({ error: serializeError(error) })
      } finally {
        store.setState({ tuning: false })
      }
    },
    loadBuiltin: () => load({ kind: 'builtin' }),
    loadFiles: (name: string, files: { path: string; file: File }[]) => load({ kind: 'files', name, files }),
    loadHub: (id: string, revision: string, token?: string, endpoint = prefs.getState().hubEndpoint) =>
      load({ kind: 'hub', endpoint, id, revision: revision || 'main', token: token || undefined }),
    fillDoor: (change: Partial<ModelState['door']>) => store.setState(({ door }) => ({ door: { ...door, ...change } })),
    async retry() {
      const source = store.getState().retry
      if (source) await load(source)
    },
    listCached,
    /** The engine has lost its model (with the GPU): it can be loaded again from where it came. */
    lost(error: SerializedError) {
      const { source, retry } = store.getState()
      if (engine.model() !== null) return
      store.setState({ status: 'empty', card: null, source: null, retry: source ?? retry, error })
    },
    /** Gigabytes take long to come again, so that they go only when undo is no longer offered. */
    removeCached(model: CachedModel) {
      const key = keyOf(model)
      leaving.add(key)
      const timer = setTimeout(() => {
        void library
          .remove(model)
          .catch(notices.fail)
          .finally(() => {
            leaving.delete(key)
            void listCached()
          })
      }, LEAVE_MS)
      const undo = () => {
        clearTimeout(timer)
        leaving.delete(key)
        void listCached()
      }
      notices.say('model.removed', { name: model.id }, { label: 'undo', perform: undo })
      void listCached()
    },
    cancel: () => loads.cancel(),
  }
}
export type ModelRoom = ReturnType<typeof createModelRoom>

function nameOf(source: ModelSource): string {
  if (source.kind === 'hub') return source.id
  if (source.kind === 'files') return source.name
  return source.kind === 'folder' ? source.folder.name : ''
}

const keyOf = ({ runs, endpoint, id }: CachedModel) => `${runs} ${endpoint}/${id}`
