import { useEffect, useState } from 'react'
import { useStore } from './read-store'
import type { Studio } from '../state/studio'
import { StudioProvider } from './studio-context'
import { ErrorBoundary } from './shell/error-boundary'
import { DropAnywhere } from './shell/drop-anywhere'
import { KeyList } from './shell/key-list'
import { listenToKeys } from './shell/keys'
import { NoWebGpu } from './shell/no-webgpu'
import { Notices } from './shell/notices'
import { Palette } from './shell/palette'
import { Rail } from './shell/rail'
import { ModelRoom } from './features/model/model-room'
import { DataRoom } from './features/data/data-room'
import { TrainRoom } from './features/train/train-room'
import { TryRoom } from './features/try/try-room'
import { ExportRoom } from './features/export/export-room'
import { RunsRoom } from './features/runs/runs-room'
import type { Room } from '../state/router'

const rooms: Record<Room, () => React.ReactNode> = {
  model: ModelRoom,
  data: DataRoom,
  train: TrainRoom,
  try: TryRoom,
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
  const [overlay, setOverlay] = useState<'palette' | 'keys' | null>(null)
  const room = useStore(studio.router.store, (state) => state.room)
  const gpuError = useStore(studio.model.store, (state) => state.gpuError)
  useEffect(
    () => listenToKeys(studio, { openPalette: () => setOverlay('palette'), openKeys: () => setOverlay('keys') }),
    [studio],
  )
  if (gpuError) return <NoWebGpu error={gpuError} />
  const Current = rooms[room]
  return (
    <div className="studio">
      <Rail />
      <main id="main">
        <ErrorBoundary key={room}>
          <Current />
        </ErrorBoundary>
      </main>
      <Notices />
      <DropAnywhere />
      <Palette open={overlay === 'palette'} onClose={() => setOverlay(null)} />
      <KeyList open={overlay === 'keys'} onClose={() => setOverlay(null)} />
    </div>
  )
}
