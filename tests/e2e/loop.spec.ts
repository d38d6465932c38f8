import { expect, test } from '@playwright/test'
import { watchPage } from '../helpers/browser'
import { setFields } from './settings'
import { teahouseRows } from './teahouse'

test.use({ actionTimeout: 120_000 })

/** One visit, so that kernels are compiled once. */
test('the loop around a run: steered, looked at row by row, branched, queued', async ({ page, baseURL }) => {
  const watch = watchPage(page, baseURL!)
  await page.goto('./#/data')
  const train = page.getByRole('region', { name: 'Train' })
  const data = page.getByRole('region', { name: 'Data' })
  const status = train.getByRole('status')
  const go = (room: string) => page.getByRole('link', { name: new RegExp(`^${room}`) }).click()
  await expect(data.getByText('rows used')).toBeVisible({ timeout: 120_000 })
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    data.getByRole('button', { name: 'Choose data file' }).click(),
  ])
  const buffer = Buffer.from(JSON.stringify(teahouseRows.slice(0, 6)))
  await chooser.setFiles({ name: 'six.json', mimeType: 'application/json', buffer })
  await expect(data.getByRole('heading', { name: 'six.json' })).toBeVisible()

  await test.step('the rate is changed on the way', async () => {
    await go('Train')
    await expect(status).toHaveText('Ready to train')
    const steps = {
      max_steps: 6,
      save_steps: 2,
      eval_split: 0,
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 1,
    }
    await setFields(train, steps)
    await train.getByRole('group', { name: 'Answers while it trains' }).getByText('None').click()
    await train.getByLabel('save_strategy').click()
    await page.getByRole('option', { name: 'steps', exact: true }).click()
    await train.getByRole('button', { name: 'Start training' }).click()
    const steer = train.getByRole('region', { name: 'Steering' })
    await steer.getByLabel('learning_rate').fill('1e-3')
    await steer.getByRole('button', { name: 'From the next step' }).click()
    await expect(steer.getByText(/After step \d+: learning rate 0.001/)).toBeVisible()
    await expect(status).toContainText('Done · step 6 of 6', { timeout: 200_000 })
  })

  await test.step('its rows are sorted by their losses, one is opened, one excluded, and in again', async () => {
    await go('Data')
    const rows = data.getByRole('row').filter({ has: page.getByRole('rowheader') })
    await expect(rows).toHaveCount(6)
    await data.getByRole('button', { name: 'Measure the rows' }).click()
    await expect(data.getByRole('button', { name: 'Measure again' })).toBeVisible({ timeout: 120_000 })
    await data.getByRole('button', { name: 'After', exact: true }).click()
    const after = (await rows.locator('td:nth-child(4)').allTextContents()).map(Number)
    expect(after).toEqual(after.toSorted((a, b) => b - a))
    await data.getByRole('button', { name: 'Open row 3' }).click()
    await expect(data.locator('[data-change]').first()).toBeVisible()
    await data.getByRole('button', { name: 'Exclude row 3' }).click()
    await expect(data.getByRole('button', { name: 'Let row 3 in again' })).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await data.getByRole('button', { name: 'Exclude row 5' }).click()
    await go('Train')
    await train.getByRole('button', { name: 'Settings for a new run' }).click()
    await expect(train.getByText('1 row is taken out of the run.')).toBeVisible()
  })
  await test.step('a branch of a checkpoint is another run, from its step on', async () => {
    await go('Runs')
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Branch from step 4' }).click()
    await expect(train.getByRole('button', { name: 'Not from there' })).toBeVisible({ timeout: 60_000 })
    await setFields(train, { learning_rate: 1e-3, max_steps: 8 })
    await train.getByRole('button', { name: /^Start training/ }).click()
    await expect(status).toContainText('Done · step 8 of 8', { timeout: 200_000 })
    await expect(train.getByText('After step 4: learning rate 0.001.')).toBeVisible()
    await go('Runs')
    const runs = page.getByRole('region', { name: 'Runs', exact: true })
    await runs.getByRole('link', { name: 'six · 4' }).click()
    await expect(
      runs.getByText('Goes on from').locator('..').getByRole('link', { name: 'six', exact: true }),
    ).toBeVisible()
    await go('Train')
  })

  await test.step('a queue of two runs, the second after a reload', async () => {
    await train.getByRole('button', { name: 'Settings for a new run' }).click()
    await setFields(train, { max_steps: 2 })
    const queue = () => train.getByRole('listitem').filter({ hasText: 'learning_rate=' })
    await train.getByText('Sweep: a run for every pair of values').click()
    await train.getByLabel('Values, with commas between').first().fill('1e-3, 2e-3')
    await train.getByRole('button', { name: 'Add the runs' }).click()
    await expect(queue()).toHaveCount(2)
    await train.getByRole('button', { name: 'Start the queue' }).click()
    await train.getByRole('button', { name: 'Stop after this run' }).click()
    await expect(queue().first()).toContainText('done', { timeout: 200_000 })
    await expect(queue().last()).toContainText('waiting')
    await page.reload()
    await expect(status).toHaveText('Ready to train', { timeout: 120_000 })
    await expect(queue().first()).toContainText('done')
    await train.getByRole('button', { name: 'Start the queue' }).click()
    await expect(queue().last()).toContainText('done', { timeout: 200_000 })
    await go('Runs')
    await expect(page.getByRole('row').filter({ hasText: 'learning_rate=' })).toHaveCount(2)
  })
  expect(watch).toEqual({ errors: [], foreign: [] })
})
