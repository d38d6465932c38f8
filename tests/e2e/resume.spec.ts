import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { watchPage } from '../helpers/browser'
import { setFields } from './settings'

const STEPS = 6

test.use({ actionTimeout: 120_000 })

/** A tab that is closed in the middle of a run loses the steps since the last checkpoint, and no bit of the result. */
test('a run is paused, asked, torn down by a reload, resumed, and ends with the bits of an undisturbed one', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(1_200_000)
  const watch = watchPage(page, baseURL!)
  const train = page.getByRole('region', { name: 'Train' })
  const status = train.getByRole('status')
  let soFar = ''
  await page.goto('./#/train')
  await expect(status).toHaveText('Ready to train', { timeout: 240_000 })
  await setFields(train, { max_steps: STEPS, per_device_train_batch_size: 2, eval_split: 0 })

  await test.step('undisturbed, with samples on the way', async () => {
    await train.getByRole('button', { name: 'Start training' }).click()
    await expect(status).toContainText(`Done · step ${STEPS} of ${STEPS}`, { timeout: 600_000 })
    const samples = train.getByRole('group', { name: 'What it says by now' })
    await expect(samples.getByRole('article')).toHaveCount(2)
    for (const step of ['before', 'step 2', 'step 4', 'step 6', 'your data']) {
      await expect(samples.getByRole('article').first().getByText(step, { exact: true })).toBeVisible()
    }
  })

  await test.step('what comes next is named first, and more training is more', async () => {
    const left = async (role: 'link' | 'button', name: string) =>
      (await train.getByRole(role, { name }).boundingBox())!.x
    expect(await left('link', 'Ask both models')).toBeLessThan(await left('button', 'Start training again'))
  })

  await test.step('again, paused after some steps; the model answers as it is by then', async () => {
    await train.getByRole('button', { name: 'Settings for a new run' }).click()
    await train.getByText('None', { exact: true }).click()
    await train.getByRole('button', { name: 'Start training' }).click()
    await expect(status).toContainText(/step [2-4] of/, { timeout: 240_000 })
    await page.keyboard.press('1')
    const model = page.getByRole('region', { name: 'Model', exact: true })
    await expect(model.getByText('A run is going on. Model and data can be changed when it has ended.')).toBeVisible()
    for (const door of ['Load from hub', 'Choose model folder']) {
      await expect(model.getByRole('button', { name: door })).toBeDisabled()
    }
    await page.keyboard.press('4')
    const room = page.getByRole('region', { name: 'Try', exact: true })
    await expect(room.getByText('A run is using the GPU.')).toBeVisible()
    await room.getByRole('button', { name: 'Pause' }).click()
    await expect(room.getByText(/as it is after step \d/)).toBeVisible()
    await room.getByText('More', { exact: true }).click()
    await room.getByLabel('max_new_tokens').fill('4')
    await room.getByRole('textbox', { name: 'Question' }).fill('Hello')
    await room.getByRole('button', { name: 'Send' }).click()
    for (const side of ['Base', 'Tuned']) {
      await expect(room.getByRole('region', { name: side }).getByText(/tok\/s/)).toBeVisible({ timeout: 120_000 })
    }
    await page.getByRole('link', { name: /^Export/ }).click()
    soFar = await adapterHash(page, () => page.getByRole('button', { name: 'Download adapter' }).click())
  })

  await test.step('the page is torn down, and offers to go on', async () => {
    page.on('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await page.getByRole('link', { name: /^Runs/ }).click()
    const row = page.getByRole('row', { name: /interrupted after step \d of 6/ })
    await expect(row).toBeVisible()
    await expect(page.getByText(/was interrupted after step/)).toBeVisible({ timeout: 120_000 })
    await row.getByLabel(/^More for/).click()
    const [project] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Continue on a larger machine' }).click(),
    ])
    expect(zipNames(await project.path())).toEqual(
      expect.arrayContaining([
        'README.md',
        'train.py',
        'prepare.py',
        'handover.json',
        'data/rows.jsonl',
        'manifest.json',
      ]),
    )
    await page.getByRole('link', { name: /^Runs/ }).click()
    await row.getByRole('button', { name: 'Resume' }).click()
    await expect(status).toContainText(`Done · step ${STEPS} of ${STEPS}`, { timeout: 600_000 })
    await expect(train.getByText(/^From [\d.]+ to [\d.]+ over 6 steps/).first()).toBeAttached()
  })

  await test.step('both adapters are the same', async () => {
    await page.getByRole('link', { name: /^Runs/ }).click()
    const rows = page.locator('tr[data-run]')
    await expect(rows).toHaveCount(2)
    const hashes: unknown[] = []
    for (const row of await rows.all())
      hashes.push(await adapterHash(page, () => row.getByRole('button', { name: 'Download adapter' }).click()))
    expect(hashes[1]).toBe(hashes[0])
    expect(soFar).not.toBe(hashes[0])
  })

  await test.step('runs are compared by name, and a run is a page', async () => {
    for (const box of await page.getByRole('checkbox', { name: /^Compare / }).all()) await box.check()
    const names = await page.locator('tr[data-run] a[href^="#/runs/"]').allTextContents()
    const curves = page.getByRole('region', { name: 'Runs', exact: true })
    for (const name of names)
      await expect(curves.getByRole('listitem').filter({ hasText: new RegExp(`^\\s*${name} [\\d.]+$`) })).toBeVisible()
    await page.locator('tr[data-run] a[href^="#/runs/"]').last().click()
    await expect(page.getByRole('img', { name: 'Loss', exact: true })).toBeVisible()
    await expect(page.getByRole('group', { name: 'What it says by now' })).toBeVisible()
    await expect(curves.getByText('"max_steps": 6')).toBeVisible()
    await curves.getByRole('button', { name: /^Rename / }).click()
    await curves.getByLabel('Rename').fill('first of all')
    await page.keyboard.press('Enter')
    await expect(curves.getByRole('link', { name: 'first of all' })).toBeVisible()
    await page.setViewportSize({ width: 1024, height: 768 })
    for (const action of ['Download adapter', 'Try it', 'Save trainer_state.json', 'Use its settings']) {
      const box = (await curves.getByRole('button', { name: action }).boundingBox())!
      expect(box.x + box.width, action).toBeLessThanOrEqual(1024)
    }
    await page.setViewportSize({ width: 1280, height: 720 })
    await page.getByRole('link', { name: /^Runs/ }).click()
  })

  await test.step('the merged model streams to disk and is kept with the run', async () => {
    await page.getByRole('link', { name: /^Export/ }).click()
    const save = page.getByRole('button', { name: 'Download merged model' })
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
    expect(zipNames(await download.path())).toEqual(
      expect.arrayContaining(['config.json', 'model.safetensors', 'README.md']),
    )
    // Nothing of it was gathered in memory.
    expect(await page.evaluate(spooledBytes)).toBeGreaterThan(6_000_000)
    await page.getByRole('link', { name: /^Runs/ }).click()
    const row = page.locator('tr[data-run]').first()
    await row.getByLabel(/^More for/).click()
    const [again] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: `Download merged model of step ${STEPS}` }).click(),
    ])
    expect(readFileSync(await again.path()).equals(readFileSync(await download.path()))).toBe(true)
  })

  await test.step('rooms that are full fit a phone, too', async () => {
    await page.setViewportSize({ width: 360, height: 780 })
    for (const room of ['Data', 'Train', 'Try', 'Export', 'Runs']) {
      await page.getByRole('link', { name: new RegExp(`^${room}`) }).click()
      await expect(page.getByRole('region', { name: room, exact: true })).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), room).toBeLessThanOrEqual(360)
    }
  })
  expect(watch.foreign).toEqual([])
  expect(watch.errors).toEqual([])
})

function zipNames(path: string): string[] {
  const code =
    'import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps(z.namelist()))'
  return JSON.parse(execFileSync('python3', ['-c', code, path], { encoding: 'utf8' })) as string[]
}

/** Bytes of exports that lie in the private file system. */
async function spooledBytes(): Promise<number> {
  type Directory = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> }
  const sizeOf = async (directory: Directory): Promise<number> => {
    let bytes = 0
    for await (const handle of directory.values()) {
      bytes +=
        handle.kind === 'file'
          ? (await (handle as FileSystemFileHandle).getFile()).size
          : await sizeOf(handle as Directory)
    }
    return bytes
  }
  const root = await navigator.storage.getDirectory()
  return sizeOf((await root.getDirectoryHandle('spool')) as Directory)
}

async function adapterHash(page: Page, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  const facts = JSON.parse(
    execFileSync('python3', ['tests/e2e/check_adapter.py', await download.path()], { encoding: 'utf8' }),
  ) as {
    files: Record<string, string>
  }
  expect(facts.files['adapter_model.safetensors']).toMatch(/^[0-9a-f]{32,}$/)
  return facts.files['adapter_model.safetensors']
}
