import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'

async function dropData(page: Page, name: string, content: Buffer): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose data file' }).click(),
  ])
  await chooser.setFiles({ name, mimeType: 'text/plain', buffer: content })
}

test.beforeEach(async ({ page }) => {
  await page.goto('./#/train')
  await expect(page.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
  await page.getByRole('link', { name: /^Data/ }).click()
})

test('columns that do not say what they are are a question: no alert, no zeros, a cell beside each choice', async ({
  page,
}) => {
  const rows = [
    'nr,alpha,beta,gamma',
    '1,When does the ferry leave?,harbour,At nine from the east pier.',
    '2,Is the museum open?,town,Not on Mondays.',
  ]
  await dropData(page, 'asked.csv', Buffer.from(rows.join('\n')))
  const question = page.getByRole('group', { name: 'Which column is asked, and which is answered?' })
  await expect(question).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByText('rows used')).toHaveCount(0)
  await expect(question.getByRole('row').filter({ hasText: 'beta' })).toContainText('harbour')
  await page.getByRole('link', { name: /^Train/ }).click()
  await expect(page.getByRole('status')).toHaveText('The data has a question: see Data')
  await page.getByRole('link', { name: /^Data/ }).click()

  await page.getByText('中文', { exact: true }).click()
  await expect(page.getByRole('group', { name: '哪一列是提问，哪一列是回答？' })).toContainText('harbour')
  await page.getByText('English', { exact: true }).click()

  const choose = async (column: string, role: string) => {
    await question.getByRole('combobox', { name: column }).click()
    await page.getByRole('option', { name: role }).click()
  }
  await choose('alpha', 'Question (user)')
  await choose('gamma', 'Answer (assistant)')
  await choose('beta', 'Context, before the question')
  await page.getByRole('button', { name: 'Use these columns' }).click()
  await expect(question).toHaveCount(0)
  const row = page.getByRole('group', { name: /^Row 2/ })
  await expect(row).toContainText('harbour')
  await expect(row.locator('[data-trained="true"]').first()).toBeVisible()
})

test('rows that are longer than max_length fit after one press', async ({ page }) => {
  const answer = (n: number) => Array.from({ length: 60 }, (_, i) => `Pier ${n + i} is open.`).join(' ')
  const rows = [1, 2, 3].map((n) => JSON.stringify({ instruction: answer(n), output: `Pier ${n}.` }))
  await dropData(page, 'long.jsonl', Buffer.from(rows.join('\n')))
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(/^All 3 rows are longer than max_length \d+/)
  const button = alert.getByRole('button', { name: /^Use \d+$/ })
  const value = (await button.textContent())!.replace('Use ', '')
  await expect(alert).toContainText(`Use max_length ${value}`)
  await button.click()
  await expect(alert).toHaveCount(0)
  // A long row opens where training begins; what stands before it is one press away.
  const row = page.getByRole('group', { name: /^Row 1/ })
  await expect(row.locator('[data-trained="true"]').first()).toBeVisible()
  await expect(row).not.toContainText('Pier 1 is open.')
  await row.getByRole('button', { name: /^… \d+ more tokens$/ }).click()
  await expect(row).toContainText('Pier 1 is open.')
  await page.getByRole('link', { name: /^Train/ }).click()
  await expect(page.getByLabel(/max_length/)).toHaveValue(value)
  // The steps that suit the built-in model's sample are the sample's: on other data the passes decide.
  await expect(page.getByLabel(/max_steps/)).toHaveValue('-1')
})

test('an encoding that cannot be told is a question with a sample of each', async ({ page }) => {
  // "très" in windows-1252: one accent is too little to know French from Czech.
  await dropData(page, 'short.csv', Buffer.from('question,answer\ntr\xe8s,oui\n', 'latin1'))
  const question = page.getByRole('group', { name: 'In which of these does the text make sense?' })
  await expect(question).toContainText('très,oui')
  expect(await question.getByRole('button').count()).toBeGreaterThan(1)
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByText('rows used')).toHaveCount(0)
  await page.getByText('中文', { exact: true }).click()
  await expect(page.getByRole('group', { name: '哪一种读起来是通顺的？' })).toContainText('trčs,oui')
  await page.getByText('English', { exact: true }).click()

  await question.getByRole('button', { name: 'Read as windows-1252' }).click()
  await expect(question).toHaveCount(0)
  await expect(page.getByRole('group', { name: /^Row 2/ })).toContainText('très')
})
