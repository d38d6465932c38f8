import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { strFromU8, unzipSync } from 'fflate'
import { EXPORT_REPORT } from '../../src/verify/export-report'
import type { ExportReport } from '../../src/verify/export-report'
import { watchPage } from '../helpers/browser'
import { startPushServer } from '../helpers/hub-push-server'
import { setFields } from './settings'
import { teahouseRows } from './teahouse'

const STEPS = 32
/** What goes out over a service worker and hashes on a busy machine. */
const PATIENT = { timeout: 240_000 }

// A software GPU shares its process with what draws the page: between two submits a click may wait.
test.use({ actionTimeout: 120_000 })

/** The whole way of a person with a data file, on the built-in model and the real engine. */
test('from a dropped Chinese file to an adapter that another reader accepts', async ({ page, baseURL }) => {
  test.setTimeout(1_500_000)
  const watch = watchPage(page, baseURL!)
  await page.goto('./')
  await expect(page.getByRole('status')).toHaveText('Ready to train', { timeout: 240_000 })

  await test.step('drop a file and see which tokens are trained', async () => {
    await dropFile(page, '茶馆.json', JSON.stringify(teahouseRows))
    const data = page.getByRole('region', { name: 'Data' })
    await expect(data.getByText('茶馆.json', { exact: true })).toBeVisible()
    const row = data.getByRole('group', { name: /^Row 1:/ })
    const trained = row.locator('[data-trained="true"]')
    await expect(trained.first()).toBeVisible()
    const answer = (await trained.allTextContents()).join('')
    expect(answer).toContain(teahouseRows[0].output)
    expect(answer).toContain('<|im_end|>')
    expect(answer).not.toContain(teahouseRows[0].instruction)
    expect(await row.textContent()).toContain(teahouseRows[0].instruction)
    await expect(data.getByText('rows used').locator('..')).toContainText(String(teahouseRows.length))
  })

  const train = page.getByRole('region', { name: 'Train' })
  const status = train.getByRole('status')
  await test.step('start, and see the curve move', async () => {
    await page.getByRole('link', { name: /^Train/ }).click()
    // Held-out rows and answers on the way have visits of their own.
    await setFields(train, { max_steps: STEPS, per_device_train_batch_size: 2, eval_split: 0 })
    await train.getByText('None', { exact: true }).click()
    await train.getByRole('button', { name: 'Start training' }).click()
    await expect(status).toContainText(/step ([2-9]|1\d) of/, { timeout: 240_000 })
    for (const name of ['Loss', 'Learning rate', 'Gradient norm']) {
      await expect(train.getByRole('img', { name, exact: true })).toBeVisible()
    }
    const curve = () =>
      train
        .getByRole('img', { name: 'Loss', exact: true })
        .locator('path')
        .evaluateAll((lines) => lines.map((line) => line.getAttribute('d')))
    const before = await curve()
    await expect.poll(curve, { timeout: 240_000 }).not.toEqual(before)
    expect(await page.title()).toMatch(/^\d+ % · \d/)
  })

  await test.step('pause holds the step, resume goes on', async () => {
    await train.getByRole('button', { name: 'Pause' }).click()
    await expect(status).toContainText('Paused', { timeout: 180_000 })
    const held = await status.textContent()
    await page.waitForTimeout(1500)
    expect(await status.textContent()).toBe(held)
    await train.getByRole('button', { name: 'Resume' }).click()
    await expect(status).toContainText(`Done · step ${STEPS} of ${STEPS}`, { timeout: 900_000 })
  })

  await test.step('the loss fell', async () => {
    const summary = train.getByRole('img', { name: 'Loss', exact: true })
    await expect(summary).toHaveAccessibleDescription(new RegExp(`over ${STEPS} steps`))
    const text = (await train
      .getByText(/^From [\d.]+ to [\d.]+ over/)
      .first()
      .textContent())!
    const [first, last] = [...text.matchAll(/[\d.]+/g)].map(Number)
    expect(last).toBeLessThan(first * 0.9)
  })

  await test.step('ask base and tuned model the same', async () => {
    await train.getByRole('link', { name: 'Ask both models' }).click()
    const room = page.getByRole('region', { name: 'Try', exact: true })
    await room.getByRole('textbox', { name: 'Question' }).fill(teahouseRows[0].instruction)
    await room.getByText('More', { exact: true }).click()
    await room.getByLabel('max_new_tokens').fill('16')
    await room.getByRole('button', { name: 'Send' }).click()
    for (const side of ['Base', 'Tuned']) {
      const answer = room.getByRole('region', { name: side })
      await expect(answer.getByText(/tok\/s/)).toBeVisible({ timeout: 240_000 })
      expect((await answer.locator('[data-status]').textContent())!.trim()).not.toBe('')
    }
    const texts = await room.locator('[data-status]').allTextContents()
    expect(texts[0]).not.toBe(texts[1])
    expect(texts[1]).toContain('客官')
  })

  const first = await test.step('download the adapter', async () => {
    await page.getByRole('link', { name: /^Export/ }).click()
    // Another reader opens each export; what they answer is asked of one of them, below.
    await page.getByRole('checkbox', { name: /^Ask every export three questions/ }).uncheck()
    return downloaded(page, () => page.getByRole('button', { name: 'Download adapter' }).click())
  })

  await test.step('take it along for other programs, read back before it leaves', async () => {
    const room = page.getByRole('region', { name: 'Export', exact: true })
    const formats = {
      mlx: 'adapters.safetensors',
      'gguf-lora': 'Modelfile',
      'gguf-q8_0': 'Modelfile',
      'bnb-4bit': 'config.json',
    }
    const asks = room.getByRole('checkbox', { name: /^Ask every export three questions/ })
    for (const [kind, file] of Object.entries(formats)) {
      await asks.setChecked(kind === 'gguf-q8_0')
      const path = await downloaded(page, () => room.getByRole('button', { name: kind, exact: true }).click())
      await expect(room.getByText(/^Read back: all \d+ files are as they were written/)).toBeVisible()
      const files = unzipSync(readFileSync(path))
      expect(Object.keys(files)).toEqual(expect.arrayContaining([file, 'README.md', 'manifest.json']))
      const gguf = Object.entries(files).filter(([name]) => name.endsWith('.gguf'))
      expect(gguf.map(([, bytes]) => strFromU8(bytes.subarray(0, 4)))).toEqual(kind.startsWith('gguf') ? ['GGUF'] : [])
      const report = JSON.parse(strFromU8(files[EXPORT_REPORT])) as ExportReport
      const manifest = createHash('sha256').update(files['manifest.json']).digest('hex')
      // Unasked, a GGUF file is read back and no more.
      const llama = kind === 'gguf-q8_0' ? { by: expect.stringMatching(/^llama\.cpp b\d+/) } : null
      const read = kind.startsWith('gguf') ? llama : { by: '@huggingface/hub' }
      expect(report).toMatchObject({ version: 1, kind, manifest, failed: null, readBack: { damaged: null } })
      expect(report.read).toEqual(read && expect.objectContaining(read))
      if (kind === 'gguf-q8_0') {
        // llama.cpp reads the weights and the template out of the file, and says what the model here says.
        expect(report.answers!.asked).toHaveLength(3)
        for (const { live, file: fromFile } of report.answers!.asked)
          expect(fromFile.slice(0, 4)).toBe(live.slice(0, 4))
        await expect(room.getByRole('region', { name: 'Opened again' }).getByRole('row')).toHaveCount(4)
      } else expect(report.answers).toBe(null)
    }
  })

  const hub = await startPushServer(512 * 1024)
  await test.step('put it on a hub: refusals and a cut line are named, then it is there, privately', async () => {
    const room = page.getByRole('region', { name: 'Export', exact: true })
    await room.getByText('Address of the hub, licence of the data').click()
    await room.getByLabel('Address of the hub or a mirror').fill(hub.url)
    await room.getByLabel(/^Licence of the data/).fill('CC-BY-4.0')
    await room.getByLabel(/^Repository/).fill('me/teahouse')
    const push = async (token: string) => {
      await room.getByLabel(/^Access token/).fill(token)
      await room.getByRole('button', { name: 'Push', exact: true }).click()
    }
    await push('hf_wrong')
    await expect(room.getByRole('alert')).toContainText('does not accept the access token (401)', PATIENT)
    hub.faults.push({ on: /^POST .*commit/, status: 403, error: 'Private storage limit reached' })
    await push('hf_right')
    await expect(room.getByRole('alert')).toContainText('has no room left for me/teahouse', PATIENT)
    expect(hub.files.size).toBe(0)
    // What arrived at the first try is not sent again, and a line that breaks is taken up.
    hub.faults.push({ on: /^POST .*preupload/, cut: true })
    hub.requests.length = 0
    await push('hf_right')
    await expect(room.getByRole('status').filter({ hasText: 'On the hub' })).toContainText(
      `${hub.url}/me/teahouse`,
      PATIENT,
    )
    expect(hub.repositories.get('me/teahouse')).toBe('private')
    expect(hub.requests.filter((line) => line.startsWith('PUT'))).toEqual([])
    const card = hub.files.get('README.md')!.toString()
    for (const fact of ['| licence of the data | CC-BY-4.0 |', '茶馆', '| tokens of the data |']) {
      expect(card).toContain(fact)
    }
    // Held in memory alone: nowhere among what the page keeps.
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('hf_right')
  })
  // Nobody but the hub was asked, and what it refused is all that the console complains of.
  const others = watch.foreign.splice(0).filter((url) => !url.startsWith(hub.url))
  expect(others).toEqual([])
  expect(
    watch.errors.splice(0).filter((line) => !/40[139]|ERR_EMPTY_RESPONSE|ERR_CONNECTION|ERR_FAILED/.test(line)),
  ).toEqual([])
  await hub.close()

  const second =
    await test.step('reload, find the run, download again, with a README in the language of the page', async () => {
      await page.reload()
      await page.getByText('中文', { exact: true }).click()
      await page.getByRole('link', { name: /^训练记录/ }).click()
      const row = page.getByRole('row', { name: /茶馆/ }).first()
      await expect(row).toContainText(String(STEPS))
      const path = await downloaded(page, () => row.getByRole('button', { name: '下载适配器' }).click())
      // The run as one file, and in again.
      await row.getByRole('button', { name: /更多/ }).click()
      const packed = await downloaded(page, () => page.getByRole('menuitem', { name: '保存为一个文件' }).click())
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: '从文件打开训练' }).click(),
      ])
      const [name, mimeType] = ['茶馆.tunetab-run.zip', 'application/zip']
      await chooser.setFiles({ name, mimeType, buffer: readFileSync(packed) })
      await expect(page.getByRole('row', { name: /茶馆 2/ })).toContainText(String(STEPS))
      return path
    })

  await test.step('a reader that is not ours accepts both, and they hold the same', async () => {
    const facts = [first, second].map(
      (path) =>
        JSON.parse(execFileSync('python3', ['tests/e2e/check_adapter.py', path], { encoding: 'utf8' })) as {
          tensors: number
          files: Record<string, string>
        },
    )
    expect(facts[0].tensors).toBeGreaterThan(0)
    expect(Object.keys(facts[0].files)).toEqual(
      expect.arrayContaining(['README.md', 'tokenizer.json', 'chat_template.jinja']),
    )
    // The language alone has changed.
    const readmes = [first, second].map((path) => strFromU8(unzipSync(readFileSync(path))['README.md']))
    expect(readmes.map((text) => /^## (How to run it|如何使用)$/m.exec(text)?.[1])).toEqual([
      'How to run it',
      '如何使用',
    ])
    for (const { files } of facts) for (const name of ['README.md', 'manifest.json', EXPORT_REPORT]) delete files[name]
    expect(facts[1]).toEqual(facts[0])
  })

  expect(watch.foreign).toEqual([])
  expect(watch.errors).toEqual([])
})

/** What the browser does when a file is let go over the page. */
async function dropFile(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    ([fileName, content]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([content], fileName, { type: 'application/json' }))
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
      }
    },
    [name, text] as const,
  )
}

async function downloaded(page: Page, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  expect(download.suggestedFilename()).toMatch(/\.zip$/)
  return download.path()
}
