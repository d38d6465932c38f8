import { expect, test } from '@playwright/test'
import { watchPage } from '../helpers/browser'

test('the built page opens at a sub-path, has WebGPU, and asks nobody else for anything', async ({ page, baseURL }) => {
  const watch = watchPage(page, baseURL!)
  await page.goto('./')
  await expect(page).toHaveTitle(/TuneTab/)
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter()
    return found ? { isFallback: found.info.isFallbackAdapter, maxBufferSize: found.limits.maxBufferSize } : null
  })
  expect(adapter).not.toBeNull()
  await page.waitForLoadState('networkidle')
  expect(watch.foreign).toEqual([])
  expect(watch.errors).toEqual([])
})
