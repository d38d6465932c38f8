import { jaxJs, onnxRuntime, tuneTab, type Contender, type Operands, type Shape } from './contenders'

// The page's side of `npm run bench -- peers`: bundled by it and opened in a browser, which calls `peers` below.

/** What the driver is told of a contender that stands ready, or of one that could not be made. */
export type Ready = { name: string; way: string } | { name: string; error: string }

const ENGINES = { 'TuneTab NF4': tuneTab, 'jax-js dense': jaxJs, 'ORT MatMulNBits': onnxRuntime }
/** Results are compared at so many places with sums in f64. */
const PLACES = 256
/** Of the largest result; f32 sums of thousands of products reach a hundredth of it. */
const TOLERANCE = 1e-4

let standing: Contender[] = []
let operands: Operands

/** Numbers between -1 and 1 that nobody's quantiser finds pleasant. */
function noise(n: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

async function prepare(shape: Shape): Promise<Ready[]> {
  const { M, N, K } = shape
  for (const contender of standing) contender.destroy()
  operands = { ...shape, x: noise(M * K, 1), dy: noise(M * N, 2), weight: noise(N * K, 3).map((v) => v * 0.05) }
  standing = []
  const failed: Ready[] = []
  for (const [name, make] of Object.entries(ENGINES)) {
    try {
      const made = await make(operands)
      // The first run compiles; a kernel that the browser refuses shows here.
      for (const one of made) await one.run(1)
      standing.push(...made)
    } catch (error) {
      failed.push({ name, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return [...standing.map(({ name, way }) => ({ name, way })), ...failed]
}

/** Milliseconds of so many products, as the page sees them. */
async function run(index: number, times: number): Promise<number> {
  const start = performance.now()
  await standing[index].run(times)
  return performance.now() - start
}

/** Largest difference from sums in f64, as a share of the largest result. @throws where that is no rounding */
async function check(index: number): Promise<number> {
  const { name, way, weight, result } = standing[index]
  const { M, N, K, x, dy } = operands
  const [columns, inner, left] = way === 'forward' ? [N, K, x] : [K, N, dy]
  const got = await result()
  if (got.length !== M * columns) throw new Error(`${name}: ${got.length} results instead of ${M * columns}`)
  let [worst, largest] = [0, 0]
  for (let place = 0; place < PLACES; place++) {
    const at = place === 0 ? 0 : place === 1 ? got.length - 1 : Math.imul(place, 2654435761) >>> 0
    const [m, n] = [Math.floor((at % got.length) / columns), (at % got.length) % columns]
    let sum = 0
    for (let k = 0; k < inner; k++) sum += left[m * inner + k] * weight[way === 'forward' ? n * K + k : k * K + n]
    largest = Math.max(largest, Math.abs(sum))
    const off = Math.abs(got[m * columns + n] - sum)
    // No number is not close to anything.
    worst = off <= worst ? worst : off
  }
  if (!(worst <= TOLERANCE * largest)) throw new Error(`${name} ${way} is off by ${worst} of ${largest}`)
  return worst / largest
}

export const peers = { prepare, run, check }
Object.assign(globalThis, { peers })
