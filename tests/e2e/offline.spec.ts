import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'

test('after the first visit the page works without a network, and lets nothing go to addresses nobody chose', async ({
  page,
  context,
}) => {
  await page.goto('./#/train')
  const status = page.getByRole('region', { name: 'Train', exact: true }).getByRole('status')
  await expect(status).toHaveText('Ready to train', { timeout: 120_000 })
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 })

  await test.step('a request that nobody asked for is refused before it leaves', async () => {
    let asked = 0
    const other = createServer((_, response) => {
      asked++
      response.setHeader('access-control-allow-origin', '*').end('{}')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const address = `http://127.0.0.1:${port}/taken`
    const ask = (url: string) => fetch(url).then(String, () => 'refused')
    expect(await page.evaluate(ask, address)).toBe('refused')
    const workers = page.workers()
    expect(workers.length).toBeGreaterThan(0)
    for (const worker of workers) expect(await worker.evaluate(ask, address)).toBe('refused')
    other.close()
    expect(asked).toBe(0)
  })

  await test.step('offline: the page, the model, samples and what is loaded late', async () => {
    await context.setOffline(true)
    await page.reload()
    await expect(status).toHaveText('Ready to train', { timeout: 120_000 })
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await page.keyboard.press('1')
    const room = page.getByRole('region', { name: 'Model', exact: true })
    await expect(room.getByText('0 B of yours sent.')).toBeVisible()
    await expect(room.getByText('No other address has been asked for anything.')).toBeVisible()
    await page.getByText('中文', { exact: true }).click()
    await expect(page.getByRole('region', { name: '模型', exact: true })).toBeVisible()
    await context.setOffline(false)
  })
})
