import type { Locator } from '@playwright/test'

/** Type run-file fields into the room Train, those under "Advanced", too; small steps keep a test short. */
export async function setFields(train: Locator, fields: Record<string, number>): Promise<void> {
  await train.getByText('Advanced', { exact: true }).click()
  for (const [name, value] of Object.entries(fields)) {
    const input = train.getByLabel(name)
    await input.fill(String(value))
    await input.press('Enter')
  }
}
