import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { startHub } from '../helpers/hub-server'
import type { HubServer } from '../helpers/hub-server'

const ID = 'someone/small-qwen'
const CUT = 2_000_000

let hub: HubServer
test.beforeAll(async () => {
  const names = readdirSync('public/demo-model').filter((name) => name !== 'files.json')
  hub = await startHub(
    ID,
    new Map(names.map((name) => [name, new Uint8Array(readFileSync(`public/demo-model/${name}`))])),
  )
})
test.afterAll(() => hub.close())
test.use({ actionTimeout: 120_000 })

test('a download that a closed tab cut off goes on in the Model room; what is cached is listed and can be removed', async ({
  page,
}) => {
  test.setTimeout(600_000)
  const room = page.getByRole('region', { name: 'Model', exact: true })
  const cached = room.getByRole('list', { name: 'In this browser' })
  await page.goto('./#/model')
  await expect(room.getByRole('heading', { name: 'Another model' })).toBeVisible({ timeout: 240_000 })

  await test.step('begin, and lose the tab', async () => {
    await room.getByText('Revision, mirror, token').click()
    await room.getByLabel('Address of the hub or a mirror').fill(hub.endpoint)
    await room.getByLabel('Model', { exact: true }).fill(ID)
    Object.assign(hub, { breakNext: { times: 1, afterBytes: CUT }, stall: true })
    await room.getByRole('button', { name: 'Load from hub' }).click()
    await expect.poll(() => hub.broken).toBe(1)
    await expect(room.getByRole('progressbar', { name: 'model.safetensors' })).toBeVisible()
    await page.waitForTimeout(1000)
    await page.reload()
  })

  await test.step('it is listed with what is here, and goes on from there', async () => {
    await expect(cached.getByRole('listitem')).toContainText('2.29 MB of 6.6 MB, cut off')
    await expect(room.getByRole('heading', { name: 'Another model' })).toBeVisible({ timeout: 240_000 })
    hub.requests.length = 0
    await cached.getByRole('button', { name: ID, exact: true }).click()
    await expect(room.getByRole('article', { name: 'small-qwen' })).toBeVisible({ timeout: 240_000 })
    expect(
      hub.requests.filter((line) => line.includes('/storage/model') && line.endsWith(` bytes=${CUT}-`)),
    ).toHaveLength(1)
    await expect(cached.getByRole('listitem')).toContainText('6.6 MB · cached')
  })

  await test.step('removed, had back, removed for good', async () => {
    await cached.getByRole('button', { name: `Remove ${ID}` }).click()
    await expect(cached).toHaveCount(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(cached.getByRole('listitem')).toHaveCount(1)
    await cached.getByRole('button', { name: `Remove ${ID}` }).click()
    await expect.poll(() => page.evaluate(keptModels), { timeout: 30_000 }).toEqual([])
  })
})

/** Names of the folders in the hub's cache. */
async function keptModels(): Promise<string[]> {
  const hubFolder = await (await navigator.storage.getDirectory()).getDirectoryHandle('hub')
  const names: string[] = []
  for await (const host of (
    hubFolder as FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemDirectoryHandle> }
  ).values()) {
    for await (const name of (host as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> }).keys())
      names.push(name)
  }
  return names
}
