import { resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { watchPage } from '../helpers/browser'

// A model folder of one's own. In the ordinary suite it is the built-in model's folder; for a real one:
//   TUNETAB_MODEL=~/models/Qwen2.5-0.5B-Instruct npx playwright test folder-model
// It then prints how long loading and a step took and what the tab and the GPU held.
const folder = resolve(process.env.TUNETAB_MODEL ?? 'public/demo-model')
const patience = process.env.TUNETAB_MODEL ? 3_000_000 : 240_000

test('a folder of mine: loaded, trained for a step, counted', async ({ page, baseURL }) => {
  test.setTimeout(patience + 300_000)
  const watch = watchPage(page, baseURL!)
  await page.goto('./')
  await expect(page.getByRole('status')).toHaveText('Ready to train', { timeout: 240_000 })

  await page.getByRole('link', { name: /^Model/ }).click()
  const room = page.getByRole('region', { name: 'Model' })
  const started = Date.now()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    room.getByRole('button', { name: 'Choose model folder' }).click(),
  ])
  await chooser.setFiles(folder)
  const card = room.getByRole('article').filter({ hasText: 'from a folder' })
  await expect(card).toBeVisible({ timeout: patience })
  const facts = {
    model: await card.getByRole('heading').textContent(),
    loadSeconds: (Date.now() - started) / 1000,
    card: await card.innerText(),
  }

  await page.getByRole('link', { name: /^Train/ }).click()
  const train = page.getByRole('region', { name: 'Train' })
  const status = train.getByRole('status')
  await expect(status).toHaveText('Ready to train', { timeout: patience })
  await train.getByText('Advanced', { exact: true }).click()
  for (const [field, value] of [
    ['max_steps', '1'],
    ['max_length', '64'],
    ['per_device_train_batch_size', '1'],
    ['gradient_accumulation_steps', '1'],
  ]) {
    const input = train.getByLabel(new RegExp(field)).first()
    await input.fill(value)
    await input.press('Enter')
  }
  await expect(status).toHaveText('Ready to train', { timeout: patience })
  const trainingFrom = Date.now()
  await train.getByRole('button', { name: 'Start training' }).click()
  await expect(status).toContainText('Done · step 1 of 1', { timeout: patience })
  const phase = (await status.textContent())!
  expect(phase).toMatch(/\d/)
  const loss = Number(
    /[\d.]+/.exec(
      (await train
        .getByText(/^From [\d.]+ to [\d.]+ over|^Loss [\d.]+/)
        .first()
        .textContent()) ?? '',
    )?.[0],
  )
  expect(loss).toBeGreaterThan(0)
  expect(loss).toBeLessThan(20)

  const metrics = await (await page.context().newCDPSession(page)).send('Runtime.getHeapUsage')
  console.log(
    JSON.stringify(
      { ...facts, stepSeconds: (Date.now() - trainingFrom) / 1000, loss, phase, pageHeapBytes: metrics.usedSize },
      null,
      1,
    ),
  )
  expect(watch.foreign).toEqual([])
  expect(watch.errors).toEqual([])
})
