import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { setFields } from './settings'

/**
 * The origin's stores have no room for anything. Before the page is there: Chromium goes by the room that a database
 * had at an earlier write for half a minute, in which a short run ends.
 */
async function fillStores(page: Page, origin: string): Promise<void> {
  const client = await page.context().newCDPSession(page)
  await client.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 })
}

test('without room in the browser a run ends well, says that it is not kept, and can be downloaded', async ({
  page,
  baseURL,
}) => {
  await fillStores(page, new URL(baseURL!).origin)
  await page.goto('./#/train')
  const train = page.getByRole('region', { name: 'Train', exact: true })
  await expect(train.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
  await setFields(train, { max_steps: 3, eval_split: 0 })
  await train.getByText('None', { exact: true }).click()
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(train.getByRole('heading', { name: 'Training is done' })).toBeVisible({ timeout: 240_000 })

  await test.step('nothing says kept', async () => {
    await expect(train.getByText(/in this tab alone/)).toBeVisible()
    await expect(train.getByText(/are kept in this browser/)).toBeHidden()
    await expect(page.getByRole('link', { name: /^Runs/ })).toContainText('in this tab alone')
  })

  await test.step('the message has the button, and the download is a whole zip', async () => {
    const alert = page.getByRole('alert').filter({ hasText: 'no room left' }).last()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      alert.getByRole('button', { name: 'Download adapter' }).click(),
    ])
    const bytes = await readFile(await download.path())
    expect(bytes.includes('adapter_model.safetensors')).toBe(true)
  })

  await test.step('a merged model leaves without room, too', async () => {
    await page.getByRole('link', { name: /^Export adapter/ }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download merged model' }).click(),
    ])
    expect((await readFile(await download.path())).length).toBeGreaterThan(5_000_000)
  })
})
