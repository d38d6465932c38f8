import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Progress, ProgressListener } from '../../src/contracts/progress'
import type { HubPush } from '../../src/storage/hub-push'
import { pushToHub } from '../../src/storage/hub-push'
import { startPushServer } from '../helpers/hub-push-server'
import type { PushServer } from '../helpers/hub-push-server'

let server: PushServer
beforeEach(async () => void (server = await startPushServer()))
afterEach(() => server.close())

const weights = new Uint8Array(300_000).map((_, i) => i * 7)
const files = [
  { path: 'README.md', blob: new Blob(['# an adapter\n']) },
  { path: 'adapter_model.safetensors', blob: new Blob([weights]) },
  { path: 'middling.bin', blob: new Blob([weights.subarray(0, 100_000)]) },
]
const push = (change: Partial<HubPush> = {}, on?: ProgressListener) =>
  pushToHub(
    { endpoint: server.url, id: 'me/adapter', token: 'hf_right', isPrivate: true, files, title: 'Upload', ...change },
    on,
    undefined,
    [1, 1],
  )
const codeOf = (work: Promise<unknown>) => work.then(() => null).catch((error: { code: string }) => error.code)

it('puts every file there in one commit, privately, large ones in parts', async () => {
  const told: Progress[] = []
  const addresses: string[] = []
  const allow = async (address: string) => void addresses.push(address)
  expect(await push({ allow }, (progress) => told.push(progress))).toEqual({
    url: `${server.url}/me/adapter`,
    commit: 'c0ffee',
  })
  expect(server.repositories.get('me/adapter')).toBe('private')
  expect([...server.files.keys()].sort()).toEqual(files.map(({ path }) => path).sort())
  expect(server.files.get('adapter_model.safetensors')!.equals(weights)).toBe(true)
  expect(server.files.get('README.md')!.toString()).toBe('# an adapter\n')
  expect(server.requests.filter((request) => request.startsWith('PUT /part/'))).toHaveLength(5)
  const all = files.reduce((sum, { blob }) => sum + blob.size, 0)
  expect(told.at(-1)).toMatchObject({ done: all, total: all, unit: 'bytes' })
  expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b))
  expect(addresses).toEqual([server.url])
})

it('goes on with a part whose connection broke, and sends nothing twice at the next push', async () => {
  server.faults.push({ on: /^PUT \/part\/\w+\/3$/, cut: true }, { on: /^PUT \/whole/, status: 503 })
  await push()
  expect(server.files.get('adapter_model.safetensors')!.equals(weights)).toBe(true)
  server.requests.length = 0
  // What is there stays as it is, and as private as it was.
  await push({ isPrivate: false })
  expect(server.repositories.get('me/adapter')).toBe('private')
  expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([])
})

it('says what is wrong before a byte of a model is sent', async () => {
  for (const id of ['adapter', '../x', 'me/..', '.../x', 'a/b/c', 'me/a b', '']) {
    expect(await codeOf(push({ id }))).toBe('hub-id')
  }
  expect(await codeOf(push({ endpoint: 'hub' }))).toBe('hub-endpoint')
  for (const token of ['', 'secret', 'hf_right and more']) {
    expect(await codeOf(push({ token }))).toBe('hub-push-token-form')
  }
  expect(server.requests).toEqual([])
  expect(await codeOf(push({ token: 'hf_wrong' }))).toBe('hub-push-unauthorized')
  expect(await codeOf(push({ id: 'other/adapter' }))).toBe('hub-push-forbidden')
  expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([])
})

it('leaves nothing to be seen where the hub refuses or the line is dead', async () => {
  const refusals = [
    [413, 'too large for this account', 'hub-push-quota'],
    [403, 'Private repository storage limit reached', 'hub-push-quota'],
    [403, 'this token reads alone', 'hub-push-forbidden'],
    [412, 'a commit has happened since', 'hub-push-conflict'],
    [422, 'no such licence', 'hub-push-refused'],
  ] as const
  for (const [status, error, code] of refusals) {
    server.faults.push({ on: /commit/, status, error })
    const told = code === 'hub-push-forbidden' ? {} : { status, reason: expect.stringContaining(error) }
    await expect(push()).rejects.toMatchObject({ code, params: { id: 'me/adapter', ...told } })
  }
  server.faults.push(...[1, 2, 3].map(() => ({ on: /preupload/, cut: true })))
  expect(await codeOf(push())).toBe('hub-push-broke')
  expect(server.files.size).toBe(0)
  const dead = server.url
  await server.close()
  expect(await codeOf(push({ endpoint: dead }))).toBe('hub-push-broke')
})
