import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openModelFolder } from '../../src/model/opening/open-model'
import { openHub } from '../../src/storage/hub'
import { startHub, type HubServer } from '../helpers/hub-server'
import { nodeHubCache } from '../helpers/node-hub-cache'
import { tinyFolder } from '../helpers/tiny-folder'
import { mutatedBytes, mutatedJson } from './mutations'
import { Random } from './random'
import { met, newTally, note, type Tally } from './tally'

const ID = 'someone/tiny-qwen'
const WEIGHTS = 'model.safetensors'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Ways in which a hub goes wrong, one or two of them at a time. */
const FAULTS: ((hub: HubServer, random: Random) => void)[] = [
  (hub, random) => (hub.failNext = { times: 1 + random.below(6), status: random.of([401, 403, 404, 429, 500, 503]) }),
  (hub, random) => (hub.failNext = { times: 1, status: 429, retryAfter: random.of(['0', '1e9', '-1', 'never', '']) }),
  (hub, random) => (hub.breakNext = { times: 1 + random.below(5), afterBytes: random.below(4000) }),
  (hub, random) => (hub.insteadNext = { times: 1 + random.below(3), bytes: new Uint8Array(random.below(20_000)) }),
  (hub, random) => {
    const listing = { sha: '0'.repeat(40), siblings: [{ rfilename: 'config.json' }, { rfilename: WEIGHTS, size: 9 }] }
    hub.listing = mutatedJson(JSON.stringify(listing), random)
  },
  (hub) => (hub.bareListing = true),
  (hub, random) => {
    const bytes = hub.files.get(WEIGHTS)!
    hub.insteadNext = { times: 1 + random.below(3), bytes: mutatedBytes(bytes, random) }
  },
  (hub, random) => {
    const path = random.of([...hub.files.keys()])
    if (random.below(2)) hub.files.delete(path)
    else hub.files.set(path, mutatedBytes(hub.files.get(path)!, random))
  },
]

/**
 * A hub that misbehaves `count` times. It holds where the model is opened with the hub's bytes, or refused by
 * name, and where the hub is well again afterwards and the same cache gives the right bytes.
 */
export async function attackHub(count: number, first = 1): Promise<Tally> {
  const tally = newTally('hub faults')
  for (let seed = first; seed < first + count; seed++) note(tally, `seed ${seed}`, await once(new Random(seed)))
  return tally
}

async function once(random: Random): Promise<string | null> {
  const files = (await tinyFolder()).files
  const whole = new Map(files)
  const hub = await startHub(ID, files)
  const directory = await mkdtemp(join(tmpdir(), 'tunetab-attack-'))
  const cache = nodeHubCache(directory)
  const read = async () => {
    const where = { endpoint: hub.endpoint, id: ID, revision: 'main' }
    const folder = await openHub(where, undefined, undefined, { cache, waits: [1, 1, 1] })
    await openModelFolder(folder)
    const source = (await folder.open(WEIGHTS))!
    return source.read(0, source.size)
  }
  try {
    for (let n = 1 + random.below(2); n > 0; n--) random.of(FAULTS)(hub, random)
    const problem = await met(read)
    if (problem) return problem
    Object.assign(hub, { listing: null, bareListing: false, hangNext: 0 })
    hub.failNext.times = hub.breakNext.times = hub.insteadNext.times = 0
    for (const [path, bytes] of whole) hub.files.set(path, bytes)
    const after = await read().catch((error: unknown) => error as Error)
    if (after instanceof Error) return `well again, but: ${after.message}`
    return sha256(after) === sha256(whole.get(WEIGHTS)!) ? null : 'well again, but other bytes'
  } finally {
    await hub.close()
    await rm(directory, { recursive: true, force: true })
  }
}
