import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'

const rooms = ['Model', 'Data', 'Train', 'Try', 'Score', 'Export', 'Runs']

async function ready(page: Page): Promise<void> {
  await page.goto('./#/train')
  await expect(page.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
}

test('a first visit has a model, a sample and one button; rooms, keys, palette, languages and themes work', async ({
  page,
}) => {
  await ready(page)
  await expect(page.getByRole('button', { name: 'Start training' })).toBeEnabled()
  // Two rows are asked on the way, which takes memory beside the run.
  await expect(page.getByText(/answers on the way \(2 × \d+ tokens, f32\)/)).toBeVisible()

  await test.step('every room by its link, and back', async () => {
    for (const room of rooms) {
      await page.getByRole('link', { name: new RegExp(`^${room}`) }).click()
      await expect(page.getByRole('region', { name: room, exact: true })).toBeVisible()
    }
    await page.goBack()
    await expect(page.getByRole('region', { name: 'Export', exact: true })).toBeVisible()
  })

  await test.step('the names that tests and screen readers share', async () => {
    await page.keyboard.press('1')
    for (const name of ['Load built-in model', 'Choose model folder', 'Load from hub']) {
      await expect(page.getByRole('button', { name })).toBeVisible()
    }
    await page.keyboard.press('2')
    for (const name of ['Choose data file', 'Use sample data'])
      await expect(page.getByRole('button', { name })).toBeVisible()
    await page.keyboard.press('4')
    await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
    await page.getByText('More', { exact: true }).click()
    await expect(page.getByLabel('16-bit cache')).toBeDisabled()
    await expect(page.getByText('does not calculate in 16 bits')).toBeVisible()
    await page.keyboard.press('6')
    for (const name of ['Download adapter', 'Download merged model']) {
      await expect(page.getByRole('button', { name })).toBeVisible()
    }
  })

  await test.step('the palette finds an action by a part of its name', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('to data')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('region', { name: 'Data', exact: true })).toBeVisible()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('a select, an explanation and their keys', async () => {
    await page.keyboard.press('3')
    await page.getByText('Advanced', { exact: true }).click()
    await page.getByRole('combobox', { name: 'lr_scheduler_type' }).click()
    await page.getByRole('option', { name: 'constant', exact: true }).click()
    await expect(page.getByRole('combobox', { name: 'lr_scheduler_type' })).toContainText('constant')
    await page.getByText('adapter parameters').focus()
    await expect(page.getByRole('tooltip')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('tooltip')).toBeHidden()
    await page.keyboard.press('2')
  })

  await test.step('tokens are walked with arrows and named', async () => {
    const row = page.getByRole('group', { name: /^Row / }).first()
    await row.focus()
    await page.keyboard.press('ArrowRight')
    await expect(page.getByText(/^id \d+ · .* · not trained$/)).toBeVisible()
  })

  await test.step('the language changes without a reload and is remembered', async () => {
    await page.evaluate(() => Object.assign(window, { sameVisit: true }))
    await page.getByText('中文', { exact: true }).click()
    await expect(page.getByRole('region', { name: '数据', exact: true })).toBeVisible()
    expect(await page.evaluate(() => 'sameVisit' in window)).toBe(true)
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
    await page.reload()
    await expect(page.getByRole('region', { name: '数据', exact: true })).toBeVisible()
    await page.getByText('English', { exact: true }).click()
  })

  await test.step('dark is dark', async () => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await paper()
    await page.getByText('Dark', { exact: true }).click()
    expect(await paper()).not.toBe(light)
  })
})

test('a file that is no data set says so in an alert, and a run file fills in the settings', async ({ page }) => {
  await ready(page)
  await page.getByRole('link', { name: /^Data/ }).click()
  const choose = async (name: string, content: string, button: string) => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: button }).click(),
    ])
    await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
  }
  await choose('empty.json', '[]', 'Choose data file')
  await expect(page.getByRole('alert').first()).toContainText('empty.json')

  await page.getByRole('link', { name: /^Train/ }).click()
  await choose('run.json', JSON.stringify({ max_steps: 7, lora: { r: 4 } }), 'Open run file')
  await expect(page.getByLabel(/max_steps/)).toHaveValue('7')
  await choose('run.json', JSON.stringify({ max_steps: 7, learning_rte: 1 }), 'Open run file')
  await expect(page.getByRole('alert').filter({ hasText: 'learning_rte' })).toBeVisible()
})

test('a training script and another’s YAML: settings stand, what is left out is listed, a run starts', async ({
  page,
}) => {
  await ready(page)
  const foreign = (name: string) => readFileSync(`tests/helpers/foreign/${name}`, 'utf8')
  const list = (name: string) => page.getByRole('region', { name })
  const script = foreign('classic.py')
    .replace('max_steps=-1', 'max_steps=1')
    .replace('max_seq_length=512', 'max_seq_length=96')

  await test.step('dropped', async () => {
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer()
      data.items.add(new File([text], 'train.py', { type: 'text/x-python' }))
      return data
    }, script)
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
    await expect(list('Settings of another trainer')).toContainText('formatting_func=format_instruction')
    await page.getByText('Advanced', { exact: true }).click()
    await expect(page.getByLabel('r', { exact: true })).toHaveValue('64')
    await expect(page.getByRole('combobox', { name: 'optim' })).toContainText('paged_adamw_8bit')
    await expect(page.getByLabel('group_by_length')).toBeChecked()
  })

  await test.step('a run starts from it', async () => {
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect(page.getByRole('status')).toContainText('Done · step 1 of 1', { timeout: 240_000 })
  })

  await test.step('pasted, in Chinese', async () => {
    await page.getByText('中文', { exact: true }).click()
    await page.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', text)
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, foreign('axolotl.yaml'))
    await expect(list('其他训练工具的设置')).toContainText('something_new: 3：这里没有这个名称')
    await expect(page.getByLabel('lr_scheduler_kwargs')).toHaveValue('min_lr_rate=0.1')
    await page.getByRole('button', { name: '收起' }).click()
    await expect(list('其他训练工具的设置')).toBeHidden()
  })
})

test.describe('on a phone, in Chinese,', () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, locale: 'zh-CN' })

  test('nothing sticks out, fingers find every control, and the words are those of a native', async ({ page }) => {
    await page.goto('./#/train')
    const names = ['模型', '数据', '训练', '对话', '评分', '导出', '训练记录']
    await expect(page.getByRole('button', { name: '开始训练' })).toBeEnabled({ timeout: 120_000 })
    let text = ''
    for (const room of names) {
      await page
        .getByRole('link', { name: new RegExp(`^${room}`) })
        .first()
        .click()
      const region = page.getByRole('region', { name: room, exact: true })
      await expect(region).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), room).toBeLessThanOrEqual(360)
      expect(await region.evaluate(tooLow), room).toEqual([])
      text += await page.evaluate(() => document.body.innerText)
    }
    expect(text).toMatch(/不训练|仅阅读/)
    expect(text).toContain('每 25%')
    for (const word of ['只读', '试用', '每四分之一', 'Built in', '拖', '双击', '悬停'])
      expect(text).not.toContain(word)
    expect(text).not.toMatch(/已存 \d+ 次|贪心(?!：)/)
  })
})

/** Controls of a room that are lower than a finger is wide; links within a text are not controls. */
function tooLow(room: Element): string[] {
  const controls = [
    ...room.querySelectorAll<HTMLElement>(
      'button, [role=combobox], summary, label:has(> [type=checkbox]), input:not([type=checkbox], [type=radio])',
    ),
  ]
  return controls
    .filter((one) => one.offsetParent !== null && !one.closest('p, li, [aria-hidden=true]'))
    .map((one) => ({
      name: one.innerText || one.getAttribute('aria-label') || one.id,
      box: one.getBoundingClientRect(),
    }))
    .filter(({ box }) => box.width > 1 && box.height > 0 && box.height < 39.5)
    .map(({ name, box }) => `${name} ${Math.round(box.height)}`)
}

test('without WebGPU the page says what to do', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }))
  await page.goto('./')
  await expect(page.getByRole('heading', { name: 'No WebGPU here' })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('WebGPU')
})
