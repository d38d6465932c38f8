import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { startHub } from '../helpers/hub-server'
import { setFields } from './settings'

test.use({ actionTimeout: 120_000 })

const rows = [
  'When does it leave?',
  'Where is the pier?',
  'Is it windy?',
  'Who sings?',
  'What floats?',
  'Why salt?',
].map((instruction, i) => ({ instruction, output: `Ahoy, sailor number ${i}. Fair winds.` }))

/** A judge that is too busy, breaks down, says nothing and talks nonsense before it judges; always for the longer. */
async function misbehavingJudge(): Promise<{ server: Server; url: string; asked: () => number }> {
  let asked = 0
  const faults: ((send: (code: number, text?: string) => void) => void)[] = [
    (send) => send(429),
    (send) => send(500),
    (send) => send(200, ''),
    (send) => send(200, 'Both are fine.'),
  ]
  const server = createServer((request, out) => {
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
    if (request.method === 'OPTIONS') return void out.writeHead(204, headers).end()
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const send = (code: number, content = '{}') =>
        out.writeHead(code, headers).end(JSON.stringify({ choices: [{ message: { content } }] }))
      const fault = faults[asked++]
      if (fault) return fault(send)
      const { content } = JSON.parse(body).messages[1] as { content: string }
      const [a, b] = ['A', 'B'].map((side) => new RegExp(`<${side}>\n([^]*?)\n</${side}>`).exec(content)![1].length)
      send(200, JSON.stringify({ winner: a === b ? 'tie' : a > b ? 'A' : 'B' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}/v1`, asked: () => asked }
}

/** Answers and losses that the browser keeps; verdicts of the judge are not among them. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    // Opening would make it, empty, in the page's place.
    if (!(await indexedDB.databases()).some(({ name }) => name === 'tunetab-scores')) return 0
    return new Promise<number>((resolve) => {
      indexedDB.open('tunetab-scores').addEventListener('success', ({ target }) => {
        const db = (target as IDBOpenDBRequest).result
        const keys = db.transaction('answers').objectStore('answers').getAllKeys()
        keys.addEventListener('success', () => {
          db.close()
          resolve(keys.result.filter((key) => !String(key).startsWith('judge/')).length)
        })
      })
    })
  })

interface OnnxAsked {
  model: { kind: string; endpoint: string; id: string; revision: string }
  prompts: string[]
  tokens: number
}

/** What the page's own door to ONNX models makes of prompts, in the page. */
async function saidByOnnx({ model, prompts, tokens }: OnnxAsked): Promise<string[]> {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
  const door = (await import(loaded.find((name) => /\/client-[^/]*\.js$/.test(name))!)) as Record<string, unknown>
  type Chat = { ask(text: string, tokens: number): Promise<{ text: string }>; close(): void }
  const isIt = (one: unknown) => typeof one === 'function' && !/embed/.test(String(one))
  const open = Object.values(door).find(isIt) as (...all: unknown[]) => Promise<Chat>
  const chat = await open(model, () => {}, new AbortController().signal)
  const said: string[] = []
  for (const prompt of prompts) said.push((await chat.ask(prompt, tokens)).text)
  chat.close()
  return said
}

/** The vectors that the page's own door to encoders makes of texts; files in base64. */
async function embeddedByOnnx([files, texts]: [[string, string][], string[]]): Promise<number[][]> {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
  const door = (await import(loaded.find((name) => /\/client-[^/]*\.js$/.test(name))!)) as Record<string, unknown>
  const isIt = (one: unknown) => typeof one === 'function' && /embed/.test(String(one))
  type Encoder = { embed(texts: string[]): Promise<Float32Array[]>; close(): void }
  const open = Object.values(door).find(isIt) as (...all: unknown[]) => Promise<Encoder>
  const bytes = (text: string) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  const blobs = files.map(([path, text]) => ({ path, file: new Blob([bytes(text)]) }))
  const model = { kind: 'folder', name: 'tiny', files: blobs }
  const encoder = await open(model, () => {}, new AbortController().signal)
  const vectors = await encoder.embed(texts)
  encoder.close()
  return vectors.map((vector) => [...vector])
}

test('base against tuned: stopped, reloaded, gone on with, judged, reviewed, reported, without an axe violation', async ({
  page,
}) => {
  // A run, two starts of the page and 24 answers: 70 s alone on two cores, twice as long beside another page.
  test.setTimeout(600_000)
  await page.goto('./#/train')
  const train = page.getByRole('region', { name: 'Train', exact: true })
  await expect(train.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
  await setFields(train, { max_steps: 4, per_device_train_batch_size: 1, learning_rate: 0.005, eval_split: 0 })
  await train.getByText('None', { exact: true }).click()
  await train.getByRole('button', { name: 'Start training' }).click()
  await expect(train.getByRole('status')).toContainText('Done', { timeout: 240_000 })

  const room = page.getByRole('region', { name: 'Score', exact: true })
  await test.step('stopped and reloaded, nothing that was answered or chosen is lost', async () => {
    await page.goto('./#/score')
    for (const name of ['Following instructions', /^Refusing/, /^What it may have forgotten/])
      await room.getByRole('checkbox', { name }).uncheck()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      room.getByRole('button', { name: 'Choose held-out rows' }).click(),
    ])
    await chooser.setFiles({
      name: 'held.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(rows)),
    })
    await room.getByRole('button', { name: 'Score', exact: true }).click()
    await expect.poll(() => kept(page), { timeout: 120_000 }).toBeGreaterThan(2)
    await room.getByRole('button', { name: 'Stop scoring' }).click()
    const before = await kept(page)
    expect(before).toBeLessThan(24)
    await page.reload()
    await expect(page.getByRole('link', { name: /^Try/ })).toContainText('base and tuned', { timeout: 120_000 })
    expect(await kept(page)).toBe(before)
  })

  const judge = await misbehavingJudge()
  await test.step('gone on with, under a judge that misbehaves', async () => {
    await expect(room.getByText('held.json')).toBeVisible()
    await expect(room.getByRole('checkbox', { name: 'Following instructions' })).not.toBeChecked()
    await room.getByText('an endpoint', { exact: true }).click()
    await room.getByLabel('Address').fill(judge.url)
    await room.getByLabel('Model', { exact: true }).fill('strong')
    await room.getByLabel(/^Key/).fill('secret')
    await room.getByRole('button', { name: 'Score', exact: true }).click()
    await expect(room.getByRole('heading', { name: 'The judge' })).toBeVisible({ timeout: 240_000 })
    // Loss and answer of six rows by two candidates, each once.
    expect(await kept(page)).toBe(24)
    await expect(room.getByText(/tuned preferred|orders agree/)).toContainText('orders agree in 100')
    await expect(room.getByText(`strong: ${judge.asked()} calls`)).toBeVisible()
  })
  judge.server.close()

  await test.step('an ONNX model of a hub as judge, by its id', async () => {
    const files = [
      'config.json',
      'generation_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'onnx/model.onnx',
    ]
    const read = (name: string) => new Uint8Array(readFileSync(`tests/golden/data/onnx/${name}`))
    const hub = await startHub('someone/prefers-a', new Map(files.map((name) => [name, read(name)])))
    await page.goto('./#/model')
    const models = page.getByRole('region', { name: 'Model', exact: true })
    await models.getByText('Revision, mirror, token').click()
    await models.getByLabel('Address of the hub or a mirror').fill(hub.endpoint)
    await page.goto('./#/score')
    await room.getByRole('checkbox', { name: /^Truth/ }).check()
    await room.getByLabel('Or paste a text').fill('The harbour opens at six in the morning.')
    await room.getByRole('button', { name: 'Take this text' }).click()
    await room.getByText('by their meaning', { exact: true }).click()
    const [folder] = await Promise.all([
      page.waitForEvent('filechooser'),
      room.getByRole('button', { name: 'Choose its folder' }).click(),
    ])
    await folder.setFiles('tests/golden/data/onnx-encoder')
    await room.getByText('an ONNX model', { exact: true }).click()
    await room.getByLabel(/ONNX model’s id/).fill('someone/prefers-a')
    await room.getByRole('button', { name: 'Score', exact: true }).click()
    // It says A in both orders, so that each pair is split.
    await expect(room.getByText(/^someone\/prefers-a \(ONNX fp32, wasm\): \d+ calls/)).toBeVisible({ timeout: 120_000 })
    await expect(room.getByText(/orders agree/)).toContainText('orders agree in 0')
    const golden = JSON.parse(readFileSync('tests/golden/data/onnx/answers.json', 'utf8')) as {
      max_new_tokens: number
      answers: { prompt: string; answer: string }[]
    }
    const said = await page.evaluate(saidByOnnx, {
      model: { kind: 'hub', endpoint: hub.endpoint, id: 'someone/prefers-a', revision: 'main' },
      prompts: golden.answers.map(({ prompt }) => prompt),
      tokens: golden.max_new_tokens,
    })
    expect(said).toEqual(golden.answers.map(({ answer }) => answer))
    await hub.close()
    await page.goto('./#/model')
    const cached = models.getByRole('listitem').filter({ hasText: 'someone/prefers-a' })
    await expect(cached).toContainText('ONNX, for scores')
    await cached.getByRole('button', { name: /someone\/prefers-a/ }).click()
    await expect(cached).toHaveCount(0)
    await page.goto('./#/score')
  })

  await test.step('an encoder’s vectors in the page are those of transformers', async () => {
    const folder = 'tests/golden/data/onnx-encoder'
    const paths = ['config.json', 'tokenizer.json', 'tokenizer_config.json', '1_Pooling/config.json', 'onnx/model.onnx']
    const wanted = JSON.parse(readFileSync(`${folder}/vectors.json`, 'utf8')) as {
      passages: string[]
      questions: string[]
      mean: { vectors: number[][] }
    }
    const found = await page.evaluate(embeddedByOnnx, [
      paths.map((path): [string, string] => [path, readFileSync(`${folder}/${path}`, 'base64')]),
      [...wanted.passages, ...wanted.questions],
    ] satisfies [[string, string][], string[]])
    const far = wanted.mean.vectors.flatMap((vector, i) => vector.map((value, at) => Math.abs(value - found[i][at])))
    expect(Math.max(...far)).toBeLessThan(1e-5)
  })

  await test.step('five blind cards', async () => {
    await room.getByRole('button', { name: 'Begin blind review' }).click()
    for (let n = 1; n <= 5; n++) {
      await expect(room.getByRole('group', { name: `Card ${n} of 5` })).toBeVisible()
      await page.keyboard.press(n === 5 ? 'ArrowDown' : 'ArrowLeft')
    }
    await expect(room.getByText(/cannot tell 1\./)).toBeVisible()
  })

  await test.step('the report stands alone and holds what is shown', async () => {
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), room.getByRole('button', { name }).click()])
      return readFileSync(await download.path(), 'utf8')
    }
    const scores = JSON.parse(await saved('Download scores.json'))
    expect(scores).toMatchObject({
      format: 'tunetab-scores/1',
      judge: { model: 'someone/prefers-a (ONNX fp32, wasm)', error: null },
    })
    expect(scores.suites.map(({ name, n }: { name: string; n: number }) => [name, n])).toEqual([
      ['loss', 6],
      ['references', 6],
      ['truth', 6],
    ])
    expect(scores.facts.settings.passages).toBe('onnx-encoder (ONNX fp32, wasm)')
    expect(scores.suites[2].errors).toEqual([])
    const html = await saved('Download report')
    expect(html).not.toMatch(/<script|https?:\/\/(?!localhost)|secret/)
    for (const language of ['en', 'zh-CN']) expect(html).toContain(`<article lang="${language}">`)
    expect(html).toContain(scores.suites[0].figures.tuned.loss.value.toFixed(3))
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).include('main').analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0].html])).toEqual([])
  }
})
