import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createNotices } from '../../src/state/notices'
import type { Studio } from '../../src/state/studio'
import { takeFiles } from '../../src/ui/intake'

/** What the page says when somebody drops a zip. */
async function dropZip(bytes: Uint8Array): Promise<string | undefined> {
  const notices = createNotices()
  // A zip that is refused reaches no room.
  const studio = { notices, running: () => false } as unknown as Studio
  const file = new File([bytes as Uint8Array<ArrayBuffer>], 'mine.zip')
  await takeFiles(studio, 'mine.zip', [{ path: 'mine.zip', file }])
  return notices.store.getState().list[0].error?.code
}

const good = zipSync({ 'notes.txt': strToU8('nothing to load') })

test.each([
  ['is no zip', strToU8('PK or so'), 'intake-zip-broken'],
  ['was cut off', good.subarray(0, good.length - 30), 'intake-zip-broken'],
  ['holds something else', good, 'intake-zip-no-adapter'],
])('a zip that %s is refused by its name', async (_, bytes, code) => {
  expect(await dropZip(bytes)).toBe(code)
})
