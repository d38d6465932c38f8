import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { chromiumLaunch } from '../scripts/lib/browsers.mjs'
import { rawText } from '../scripts/lib/raw-text.mjs'
import { serveFolder } from '../scripts/lib/static-server.mjs'
import { openFirefox } from '../tests/helpers/firefox'
import type { peers, Ready } from './lib/peers/page'
import { descendantsMs } from './lib/process-tree'
import { record } from './lib/record'

// npm run bench -- peers [browser] [M N K ...]: products of one linear by TuneTab, jax-js and ONNX Runtime, side by
// side in one page, in turns, each result compared with sums in f64. Processor time of the whole browser (its GPU is
// the processor); by default the largest linears of SmolLM2-135M and Qwen2.5-0.5B at 256 tokens, in Chromium
// (SwiftShader) and Firefox (lavapipe).
const [only, ...sizes] = process.argv.slice(2)
const shapes = sizes.length
  ? [sizes.map(Number)]
  : [
      [256, 1536, 576],
      [256, 4864, 896],
    ]
const ROUNDS = 7
/** So long does a contender run at a time, so that ticks of 10 ms are no more than a hundredth. */
const TURN_MS = 1000

/** A page of one browser, whichever library drives it. */
interface Driven {
  name: string
  page: { goto: (url: string) => Promise<unknown>; evaluate: (source: string) => Promise<unknown> }
  close: () => Promise<void>
}

const BROWSERS: Record<string, () => Promise<Driven>> = {
  async chromium() {
    const { launchOptions, channel } = chromiumLaunch()
    const browser = await chromium.launch({ ...launchOptions, channel })
    return { name: 'Chromium', page: await browser.newPage(), close: () => browser.close() }
  },
  async firefox() {
    return { name: 'Firefox', ...(await openFirefox()) }
  },
}

type Peers = typeof peers

/** Call one of the page's functions. */
function ask<F extends keyof Peers>({ page }: Driven, call: F, ...args: Parameters<Peers[F]>): ReturnType<Peers[F]> {
  return page.evaluate(`peers.${call}(...${JSON.stringify(args)})`) as ReturnType<Peers[F]>
}

interface Row {
  shape: number[]
  name: string
  way: string
  /** Processor milliseconds a product, median; least and most beside it. */
  cpu_ms: number
  range: [number, number]
  wall_ms: number
  gflops: number
  /** Largest difference from f64, of the largest result. */
  off: number
}

const site = mkdtempSync(join(tmpdir(), 'tunetab-peers-'))
await buildPage()
const server = await serveFolder({ folder: site })
try {
  for (const [name, open] of Object.entries(BROWSERS)) {
    if (only && only !== name) continue
    await compare(await open())
  }
} finally {
  await server.close()
  rmSync(site, { recursive: true, force: true })
}
process.exit(0)

async function buildPage(): Promise<void> {
  await build({
    entryPoints: [join(dirname(process.argv[1]), 'lib/peers/page.ts')],
    bundle: true,
    outfile: join(site, 'peers.js'),
    format: 'esm',
    target: 'es2022',
    // The runtime is fetched beside the page instead of standing in the bundle.
    conditions: ['onnxruntime-web-use-extern-wasm'],
    plugins: [rawText],
    logLevel: 'error',
  })
  const runtime = dirname(
    createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm'),
  )
  for (const end of ['mjs', 'wasm']) {
    const file = `ort-wasm-simd-threaded.asyncify.${end}`
    symlinkSync(join(runtime, file), join(site, file))
  }
  writeFileSync(
    join(site, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="peers.js"></script>',
  )
}

async function compare(driven: Driven): Promise<void> {
  const rows: Row[] = []
  const failures: Record<string, string> = {}
  try {
    await driven.page.goto(server.url)
    for (const shape of shapes) {
      const [M, N, K] = shape
      const all: Ready[] = await ask(driven, 'prepare', { M, N, K })
      for (const one of all) if ('error' in one) failures[one.name] = one.error
      const ready = all.flatMap((one) => ('error' in one ? [] : [one]))
      console.log(`${driven.name} [${M}, ${N}, ${K}]: ${ready.map(({ name, way }) => `${name} ${way}`).join(', ')}`)
      const times: number[] = []
      for (const index of ready.keys()) {
        const once = await ask(driven, 'run', index, 1)
        times.push(Math.min(200, Math.max(1, Math.round(TURN_MS / once))))
      }
      const samples = ready.map((): { cpu: number; wall: number }[] => [])
      for (let round = 0; round < ROUNDS; round++) {
        for (const index of ready.keys()) {
          const before = descendantsMs()
          const wall = await ask(driven, 'run', index, times[index])
          samples[index].push({ cpu: (descendantsMs() - before) / times[index], wall: wall / times[index] })
        }
      }
      for (const [index, { name, way }] of ready.entries()) {
        const off = await ask(driven, 'check', index)
        const cpu = samples[index].map((one) => one.cpu).sort((a, b) => a - b)
        const wall = samples[index].map((one) => one.wall).sort((a, b) => a - b)
        const middle = Math.floor(ROUNDS / 2)
        rows.push({
          shape,
          name,
          way,
          cpu_ms: cpu[middle],
          range: [cpu[0], cpu[ROUNDS - 1]],
          wall_ms: wall[middle],
          gflops: (2 * M * N * K) / cpu[middle] / 1e6,
          off,
        })
        console.log(
          `  ${`${name} ${way}`.padEnd(24)} ${cpu[middle].toFixed(1)} ms of processor (${cpu[0].toFixed(1)} to ` +
            `${cpu[ROUNDS - 1].toFixed(1)}), ${wall[middle].toFixed(1)} ms, off by ${off.toExponential(1)}`,
        )
      }
    }
  } finally {
    await driven.close()
  }
  for (const [name, error] of Object.entries(failures)) console.log(`  ${name} cannot run here: ${error}`)
  const ratios = shapes.map((shape) => ratiosOf(rows.filter((row) => row.shape === shape)))
  for (const one of ratios) console.log(`  ${JSON.stringify(one)}`)
  record(`peers ${driven.name}`, { rows, ratios, failures })
}

/** How many times as long a peer takes as TuneTab's NF4 product of the same way; those that did not run are absent. */
function ratiosOf(rows: Row[]): Record<string, number | number[]> {
  const ms = (name: string, way: string): number | undefined =>
    rows.find((row) => row.name === name && row.way === way)?.cpu_ms
  const ratios: Record<string, number | number[]> = { shape: rows[0]?.shape ?? [] }
  for (const { name, way, cpu_ms } of rows) {
    const own = ms('TuneTab NF4', way)
    if (own !== undefined && !name.startsWith('TuneTab')) ratios[`${name} ${way}`] = cpu_ms / own
  }
  return ratios
}
