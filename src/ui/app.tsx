import { lazy, Suspense, useEffect } from 'react'
import { useStore } from './read-store'
import type { Studio } from '../state/studio'
import { StudioProvider } from './studio-context'
import { ErrorBoundary } from './shell/error-boundary'
import { DropAnywhere } from './shell/drop-anywhere'
import { listenToKeys } from './shell/keys'
import { NoWebGpu } from './shell/no-webgpu'
import { Notices } from './shell/notices'
import { Rail } from './shell/rail'
import { ModelRoom } from './features/model/model-room'
import { DataRoom } from './features/data/data-room'
import { TrainRoom } from './features/train/train-room'
import { TryRoom } from './features/try/try-room'
import { ScoreRoom } from './features/score/score-room'
import { ExportRoom } from './features/export/export-room'
import { RunsRoom } from './features/runs/runs-room'
import type { Room } from '../state/router'
import styles from './shell/shell.module.css'

const Palette = lazy(() => import('./shell/palette'))
const KeyList = lazy(() => import('./shell/key-list'))

const rooms: Record<Room, () => React.ReactNode> = {
  model: ModelRoom,
  data: DataRoom,
  train: TrainRoom,
  try: TryRoom,
  score: ScoreRoom,
  export: ExportRoom,
  runs: RunsRoom,
}

export function App({ studio }: { studio: Studio }) {
  return (
    <StudioProvider value={studio}>
      <Shell studio={studio} />
    </StudioProvider>
  )
}

function Shell({ studio }: { studio: Studio }) {
  const overlay = useStore(studio.overlay, (state) => state.open)
  const room = useStore(studio.router.store, (state) => state.room)
  const gpuError = useStore(studio.model.store, (state) => state.gpuError)
  const close = () => studio.overlay.setState({ open: null })
  useEffect(() => listenToKeys(studio), [studio])
  if (gpuError) return <NoWebGpu error={gpuError} />
  const Current = rooms[room]
  return (
    <div className={styles.studio}>
      <Rail />
      <main id="main">
        <ErrorBoundary key={room}>
          <Current />
        </ErrorBoundary>
      </main>
      <Notices />
      <DropAnywhere />
      <Suspense fallback={null}>
        {overlay === 'palette' && <Palette onClose={close} />}
        {overlay === 'keys' && <KeyList onClose={close} />}
      </Suspense>
    </div>
  )
}
