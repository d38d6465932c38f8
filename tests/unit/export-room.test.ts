import { expect, it } from 'vitest'
import type { Engine } from '../../src/engine/api/types'
import { withManifest } from '../../src/formats/manifest'
import { collectBlobs } from '../../src/state/blob-folder'
import type { ExportCheck } from '../../src/state/export-check'
import { createExportRoom } from '../../src/state/export-room'

/** A room whose engine writes one file, with what leaves it, was dropped and was asked. */
function open(check: ExportCheck['check']) {
  const saved: string[][] = []
  const seen = { saved, dropped: 0, written: 0 }
  const engine = {
    async export(_kind, out) {
      seen.written++
      const { value } = await withManifest(out, {}, async (folder) => {
        const sink = await folder.create('model.gguf')
        await sink.write(new Uint8Array([1, 2, 3]))
        await sink.close()
        return [{ path: 'model.gguf', bytes: 3 }]
      })
      return value
    },
  } satisfies Partial<Engine> as Partial<Engine> as Engine
  const room = createExportRoom({
    engine,
    saver: {
      saveBlob() {},
      collect: async () => ({ ...collectBlobs(), drop: async () => void seen.dropped++ }),
      collectInMemory: collectBlobs,
      zip: async (files) => {
        saved.push(files.map(({ path }) => path))
        return new Blob()
      },
    },
    cardWords: async () => ({}) as never,
    allow: async () => {},
    check,
    questions: () => ['Who?', 'Why?', 'When?', 'Where?'],
  })
  return { room, seen }
}
const report = { version: 1, kind: 'gguf-f16', manifest: '', read: null, answers: null, failed: null } as const
const whole = { ...report, readBack: { files: 1, damaged: null } }

it('cancelling while a download is opened again saves it without a report, and says so', async () => {
  let begun!: () => void
  const opening = new Promise<void>((resolve) => (begun = resolve))
  const { room, seen } = open(
    (_written, _questions, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        begun()
      }),
  )
  const work = room.downloadFormat('gguf-f16', 'tuned')
  await opening
  expect(room.store.getState().checking).toBe(true)
  room.cancel()
  await work
  expect(seen).toMatchObject({ saved: [['model.gguf', 'manifest.json']], dropped: 0 })
  expect(room.store.getState()).toMatchObject({ unchecked: 'gguf-f16', report: null, error: null, checking: false })
})

it('a format is asked three questions or none at all, and what came back damaged leaves without a report', async () => {
  const asked: unknown[] = []
  let damaged: string | null = null
  const { room, seen } = open(async (_written, questions) => {
    asked.push(questions)
    return { ...whole, readBack: { files: 1, damaged } }
  })
  await room.downloadFormat('gguf-f16', 'tuned')
  room.setAsks(false)
  await room.downloadFormat('gguf-f16', 'tuned')
  damaged = 'model.gguf'
  await room.downloadFormat('gguf-f16', 'tuned')
  expect(asked).toEqual([['Who?', 'Why?', 'When?'], null, null])
  const files = ['model.gguf', 'manifest.json']
  expect(seen.saved).toEqual([[...files, 'export-report.json'], [...files, 'export-report.json'], files])
})

it('a push that nobody could take is refused before a byte is written', async () => {
  const { room, seen } = open(async () => whole)
  const to = { endpoint: 'https://hub.test', id: 'me/it', token: 'hf_right', isPrivate: true }
  for (const [change, code] of [
    [{ id: 'it' }, 'hub-id'],
    [{ endpoint: 'hub' }, 'hub-endpoint'],
    [{ token: 'secret' }, 'hub-push-token-form'],
  ] as const) {
    await room.push('peft', 'tuned', { ...to, ...change })
    expect(room.store.getState().error).toMatchObject({ code })
  }
  expect(seen.written).toBe(0)
})
