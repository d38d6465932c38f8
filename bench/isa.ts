import { spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CARDS, cardEnvironment } from '../scripts/lib/no-gpu.mjs'
import { Recorder } from '../src/gpu/recorder'
import type { MatmulVariantName, WorkgroupTile } from '../src/gpu/tuning'
import type { Gpu } from '../src/gpu/device'
import { openDawn } from '../src/headless/dawn'
import type { LinearGroup } from '../src/ops/linear-group'
import { matmul } from '../src/ops/matmul'
import { nf4Product, nf4VariantName } from '../src/ops/matmul-nf4'
import { MATMUL_VARIANTS } from '../src/ops/matmul-variants'
import { nf4Layout } from '../src/ops/nf4'
import { candidatesFor } from '../src/ops/tuner'
import { readAmd, type AmdFigures } from './lib/isa/amd'
import { readIntel, type IntelFigures } from './lib/isa/intel'
import { record } from './lib/record'

// npm run bench:isa [-- CARD ... VARIANT ...]: what the production compilers of Intel and AMD make of every matrix
// product, for cards that are not there (node scripts/no-gpu.mjs builds what that needs). Nothing is computed. `*`: the
// device's tuner may choose it there.
type Card = keyof typeof CARDS
type Figures = { variant: string; layout: string; chosen: boolean } & (AmdFigures | IntelFigures)

/** Before each kernel on standard error, where the drivers write: what it is. */
const MARK = '@@ kernel '

const words = process.argv.slice(2)
const names = words.filter((word) => word.replace(/^nf4 /, '') in MATMUL_VARIANTS)
const cards = words.filter((word) => !names.includes(word))
if (cards[0] === '--compile') await compileAll()
else for (const card of cards.length > 0 ? cards : Object.keys(CARDS)) measure(card as Card)
process.exit(0)

function measure(card: Card): void {
  const environment = card in CARDS ? cardEnvironment(card) : undefined
  if (!environment) {
    console.error(
      environment === undefined
        ? `${card}: no such card; one of ${Object.keys(CARDS).join(', ')}`
        : 'the shims are not built, so that nothing can be compiled for absent cards: node scripts/no-gpu.mjs',
    )
    process.exit(environment === undefined ? 2 : 1)
  }
  const folder = mkdtempSync(join(tmpdir(), 'tunetab-isa-'))
  try {
    const path = join(folder, 'said')
    const said = openSync(path, 'w')
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--compile', ...names], {
      stdio: ['ignore', 'inherit', said],
      env: {
        ...process.env,
        ...environment,
        INTEL_DEBUG: 'cs',
        RADV_DEBUG: 'shaderstats',
        ACO_DEBUG: 'perfinfo',
        TUNETAB_BENCH_OUT: '',
      },
    })
    const text = readFileSync(path, 'utf8')
    if (status !== 0) throw new Error(`${card}: compiling ended with code ${status}: ${text.slice(-400)}`)
    const rows = text
      .split(MARK)
      .slice(1)
      .map((part) => read(card, part))
    print(card, rows)
    record(`isa ${card}`, { rows })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function read(card: Card, part: string): Figures {
  const [head, ...rest] = part.split('\n')
  const text = rest.join('\n')
  const figures = CARDS[card] === 'intel' ? readIntel(text) : readAmd(text, card !== 'navi21')
  return { ...(JSON.parse(head) as { variant: string; layout: string; chosen: boolean }), ...figures }
}

function print(card: Card, rows: Figures[]): void {
  console.log(card)
  for (const row of rows) {
    const share =
      'vgprs' in row && row.fma_share !== null ? `, ${(100 * row.fma_share).toFixed(0)} % multiply-adds` : ''
    const inLoop = 'loop_spills' in row && row.spills > 0 ? ` (${row.loop_spills} moves in the loop)` : ''
    const figures =
      'vgprs' in row
        ? `${row.vgprs} registers, ${row.waves} waves, inverse throughput ${row.inverse_throughput}${share}`
        : `SIMD${row.simd}, ${row.cycles} cycles, ${row.cycles_per_fma?.toFixed(1) ?? '–'} a multiply-add`
    console.log(
      `  ${row.chosen ? '*' : ' '} ${row.variant.padEnd(20)} ${row.layout.padEnd(4)} ${figures}, ${row.spills} spilled${inLoop}`,
    )
  }
}

/** In a process of its own, whose drivers say on standard error what they make of each kernel. */
async function compileAll(): Promise<void> {
  const gpu = await openDawn()
  const { tuning } = gpu.kernels
  const chosen = new Set<MatmulVariantName>([
    ...candidatesFor(gpu),
    ...tuning.matmul,
    // What takes over where no other does.
    ...(['register 1x4', 'register 2x4', 'register 4x4'] as const),
    `register ${tuning.matmulTile[0]}x${tuning.matmulTile[1]}` as MatmulVariantName,
  ])
  const [M, N, K] = [512, 896, 4864]
  for (const name of Object.keys(MATMUL_VARIANTS) as MatmulVariantName[]) {
    if (names.length > 0 && !names.includes(name)) continue
    const { takes, defines } = MATMUL_VARIANTS[name]
    const { subgroups } = gpu.features
    if (defines.SHARE && !(subgroups && subgroups.least >= Number(defines.SHARE))) continue
    for (const [layout, transposed] of [
      ['B^T', { bTransposed: true }],
      ['A B', {}],
      ['A^T', { aTransposed: true }],
    ] as const) {
      const traits = { aTransposed: 'aTransposed' in transposed, bTransposed: 'bTransposed' in transposed }
      const rows = name === 'row' ? 1 : M
      if (!takes({ M: rows, N, K, Z: 1, ...traits, single: true, vectorised: true, causal: null })) continue
      const r = new Recorder(gpu.kernels)
      const [a, b, c] = [r.tensor('a', [rows * K]), r.tensor('b', [N * K]), r.tensor('c', [rows * N])]
      matmul(r, { a, b, c, M: rows, N, K, ...transposed, variant: name })
      await compile(gpu, r, { variant: name, layout, chosen: chosen.has(name) })
    }
  }
  for (const name of Object.keys(MATMUL_VARIANTS)) {
    const nf4 = nf4VariantName(name as WorkgroupTile)
    if (!name.startsWith('workgroup') || (names.length > 0 && !names.includes(nf4))) continue
    await compileNf4(gpu, name as WorkgroupTile, [M, N, K])
  }
}

/** What the drivers say behind the mark is of the one kernel that was recorded. */
async function compile(gpu: Gpu, r: Recorder, head: Pick<Figures, 'variant' | 'layout' | 'chosen'>): Promise<void> {
  writeSync(2, `${MARK}${JSON.stringify(head)}\n`)
  await gpu.kernels.compile([r.dispatches[0].kernel])
}

/** The same tile with a nested weight decoded in it, without the adapter, which only the last rounds meet. */
async function compileNf4(gpu: Gpu, tile: WorkgroupTile, [M, N, K]: number[]): Promise<void> {
  for (const way of ['forward', 'backward'] as const) {
    const [rows, columns] = way === 'forward' ? [N, K] : [K, N]
    const r = new Recorder(gpu.kernels)
    const layout = nf4Layout(rows * columns, true)
    const weight = { kind: 'nf4' as const, N: rows, K: columns, buffer: {} as GPUBuffer, layout, nestedOffset: 0 }
    const group: LinearGroup = { weights: [weight], N: rows, K: columns, parts: [], rank: 1, scale: 1 }
    const [a, c] = [r.tensor('a', [M * K]), r.tensor('c', [M * N])]
    nf4Product(r, { group, way, tile, exact: true, a, aPitch: K, c, cPitch: N, M, adapter: false, bias: null })
    const chosen = gpu.kernels.tuning.nf4InTile[way] === tile || candidatesFor(gpu).includes(tile)
    await compile(gpu, r, { variant: nf4VariantName(tile), layout: way === 'forward' ? 'B^T' : 'A B', chosen })
  }
}
