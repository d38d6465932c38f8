import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElementHandle, Page } from 'puppeteer-core'
import { openFirefox } from '../helpers/firefox'
import { teahouseRows } from './teahouse'

const STEPS = 48
const PATIENCE = 240_000

/** Elements that a person would name, found anew each time: the page redraws itself. */
interface Wanted {
  role: 'button' | 'link' | 'region' | 'status' | 'row'
  name?: string
  /** The region to look in. */
  within?: string
}

const SELECTORS = { button: 'button', link: 'a', region: 'section, [role=region]', status: '[role=status]', row: 'tr' }

/**
 * The walk of walk.spec.ts once more in Firefox, whose WebGPU is wgpu: drop a Chinese file, train, pause and resume,
 * ask both models, download, reload, download again. Throws where it goes wrong; `passed` is told of each step.
 */
export async function walk(url: string, passed: (step: string) => void): Promise<void> {
  const downloads = mkdtempSync(join(tmpdir(), 'tunetab-downloads-'))
  const { page, errors, close } = await openFirefox({
    'browser.download.folderList': 2,
    'browser.download.dir': downloads,
    'browser.download.useDownloadDir': true,
    'browser.helperApps.neverAsk.saveToDisk': 'application/zip,application/octet-stream',
  })
  try {
    await page.setViewport({ width: 1280, height: 900 })
    await page.goto(url)
    await textOf(page, { role: 'status' }, /Ready to train/)
    passed('opens with the built-in model')

    await dropFile(page, '茶馆.json', JSON.stringify(teahouseRows))
    await until(
      page,
      (answer) => {
        const tokens = [...document.querySelectorAll('[role="group"] [data-trained="true"]')].map(
          (token) => token.textContent,
        )
        return tokens.join('').includes(answer)
      },
      teahouseRows[0].output,
    )
    passed('shows the dropped file with its trained tokens')

    await press(page, { role: 'link', name: 'Train' })
    await fill(page, /max_steps/, String(STEPS))
    // The settings that were just left redraw the room; a person would press again, too.
    const started = () => textOf(page, { role: 'status', within: 'Train' }, /^(?!Ready)/, 10_000)
    await press(page, { role: 'button', name: 'Start training', within: 'Train' })
    await started().catch(() => press(page, { role: 'button', name: 'Start training', within: 'Train' }))
    await textOf(page, { role: 'status', within: 'Train' }, /step [4-9] of|step \d\d of/)
    await press(page, { role: 'button', name: 'Pause', within: 'Train' })
    await textOf(page, { role: 'status', within: 'Train' }, /Paused/)
    await press(page, { role: 'button', name: 'Resume', within: 'Train' })
    await textOf(page, { role: 'status', within: 'Train' }, new RegExp(`Done · step ${STEPS} of ${STEPS}`))
    const [first, last] = [
      ...(await textOf(page, { role: 'region', name: 'Train' }, /From [\d.]+ to [\d.]+ over/)).match(
        /From ([\d.]+) to ([\d.]+) over/,
      )!,
    ]
      .slice(1)
      .map(Number)
    if (!(last < first * 0.9)) throw new Error(`the loss went from ${first} to ${last}`)
    passed(`trains ${STEPS} steps with a pause; the loss falls from ${first} to ${last}`)

    await press(page, { role: 'link', name: 'Ask both models' })
    await fill(page, /Question/, teahouseRows[0].instruction)
    await press(page, { role: 'button', name: 'Send' })
    const answered = /tok\/s[^]*tok\/s/
    await textOf(page, { role: 'region', name: 'Try' }, answered)
    const [base, tuned] = await page.$$eval('.side-text', (sides) => sides.map((side) => side.textContent))
    if (base === tuned || !tuned.includes('客官')) throw new Error(`base says ${base}, tuned ${tuned}`)
    passed('answers with and without the adapter')

    await press(page, { role: 'link', name: 'Export' })
    await press(page, { role: 'button', name: 'Download adapter' })
    const one = await downloaded(downloads, 1)
    await page.reload()
    await press(page, { role: 'link', name: 'Runs' })
    await press(page, { role: 'button', name: 'Download adapter', within: 'Runs' })
    const two = await downloaded(downloads, 2)
    const facts = [one, two].map((path) =>
      execFileSync('python3', ['tests/e2e/check_adapter.py', path], { encoding: 'utf8' }),
    )
    if (facts[0] !== facts[1]) throw new Error('the two downloads differ')
    passed('downloads the adapter, before and after a reload, as another reader accepts it')

    if (errors.length > 0) throw new Error(`the page complained: ${errors.join('\n')}`)
    passed('complains of nothing')
  } catch (error) {
    mkdirSync('test-results', { recursive: true })
    await page.screenshot({ path: 'test-results/firefox-walk.png' }).catch(() => undefined)
    if (errors.length > 0) console.error(`the page complained: ${errors.join('\n')}`)
    throw error
  } finally {
    await close()
    rmSync(downloads, { recursive: true, force: true })
  }
}

/** Wait until the page says so. */
async function until<A>(page: Page, holds: (argument: A) => unknown, argument: A): Promise<void> {
  await page.waitForFunction(holds as (argument: unknown) => unknown, { timeout: PATIENCE, polling: 500 }, argument)
}

/** The element, once it is there and can be seen. */
async function found(page: Page, wanted: Wanted): Promise<ElementHandle> {
  const handle = await page.waitForFunction(
    ({ name, within }: Wanted, selector: string, regions: string) => {
      const called = (element: Element) => {
        const label = element.getAttribute('aria-labelledby')
        const heading = label ? document.getElementById(label)?.textContent : null
        return (element.getAttribute('aria-label') ?? heading ?? element.textContent).trim()
      }
      const places = within
        ? [...document.querySelectorAll(regions)].filter((place) => called(place) === within)
        : [document]
      const seen = (element: Element) => element.getClientRects().length > 0 && !(element as HTMLButtonElement).disabled
      const fits = (element: Element) =>
        seen(element) && (name === undefined || called(element) === name || called(element).startsWith(`${name}`))
      return places.flatMap((place) => [...place.querySelectorAll(selector)]).find(fits)
    },
    { timeout: PATIENCE, polling: 250 },
    wanted,
    SELECTORS[wanted.role],
    SELECTORS.region,
  )
  return handle.asElement() as ElementHandle
}

async function press(page: Page, wanted: Wanted): Promise<void> {
  const element = await found(page, wanted)
  await element.scrollIntoView()
  await element.click()
}

/** The element's text, once it matches. */
async function textOf(page: Page, wanted: Wanted, pattern: RegExp, patience = PATIENCE): Promise<string> {
  const began = Date.now()
  for (;;) {
    const text = (await (await found(page, wanted)).evaluate((element) => element.textContent)) ?? ''
    if (pattern.test(text)) return text
    if (Date.now() - began > patience)
      throw new Error(`${wanted.role} ${wanted.name ?? ''} never said ${pattern}: ${text.slice(0, 300)}`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

/** Type into the field with this label. */
async function fill(page: Page, label: RegExp, text: string): Promise<void> {
  const handle = await page.waitForFunction(
    (source: string) => {
      const pattern = new RegExp(source)
      const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].filter(
        (field) => field.getClientRects().length > 0,
      )
      return fields.find((field) =>
        pattern.test(
          `${field.getAttribute('aria-label')} ${[...(field.labels ?? [])].map((l) => l.textContent).join(' ')}`,
        ),
      )
    },
    { timeout: PATIENCE, polling: 250 },
    label.source,
  )
  const field = handle.asElement() as ElementHandle<HTMLInputElement>
  await field.evaluate((element) => element.select())
  await field.type(text)
  if (await field.evaluate((element) => element instanceof HTMLInputElement)) await field.press('Enter')
}

async function dropFile(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    (fileName, content) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([content], fileName, { type: 'application/json' }))
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
      }
    },
    name,
    text,
  )
}

/** The newest of so many finished downloads. */
async function downloaded(folder: string, count: number): Promise<string> {
  const began = Date.now()
  for (;;) {
    const files = readdirSync(folder)
    const done = files.filter((name) => name.endsWith('.zip')).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    if (done.length === count && !files.some((name) => name.endsWith('.part'))) return join(folder, done[count - 1])
    if (Date.now() - began > 60_000) throw new Error(`no download: ${files.join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}
