import { depthOf, loopsOf, mainLoop, type Block } from './loops'

/** What Intel's compiler says of one kernel, and what its main loop costs. */
export interface IntelFigures {
  simd: number
  /** Static estimate for one hardware thread, each loop ten times what it is around. */
  cycles: number
  spills: number
  /** Of the moves to and from memory that those cost, how many are in the main loop. */
  loop_spills: number
  /** Of the main loop: estimated cycles of one thread for each multiply-add of its lanes; null: no loop. */
  cycles_per_fma: number | null
}

/** Of each loop the compiler's estimate counts so many rounds. */
const ROUNDS = 10
/** A message to a thread's own memory, where registers go that find no room. */
const SCRATCH = /\bss \)|OWORD block (read|write), bti 253/

/** `text`: what ANV writes for one kernel under INTEL_DEBUG=cs. */
export function readIntel(text: string): IntelFigures {
  const stated = /^SIMD(\d+) shader: .*? (\d+) cycles\. (\d+):(\d+) spills:fills/m.exec(text)
  const { blocks, cycles } = blocksOf(text)
  const isFma = (line: string): boolean => /^mad\(\d+\)\s+g\S+F\s/.test(line)
  const loops = loopsOf(blocks)
  const loop = mainLoop(blocks, isFma)
  // Each block of it once: a loop inside it only shares out the tile, in one round.
  const once = loop.reduce((sum, number) => sum + cycles.get(number)! / ROUNDS ** depthOf(loops, number), 0)
  const lines = loop.flatMap((number) => blocks.get(number)!.instructions)
  return {
    simd: Number(stated?.[1] ?? NaN),
    cycles: Number(stated?.[2] ?? NaN),
    spills: Number(stated?.[3] ?? NaN),
    loop_spills: lines.filter((line) => SCRATCH.test(line)).length,
    cycles_per_fma: loop.length === 0 ? null : once / lines.filter(isFma).length,
  }
}

/** Blocks with their instructions, and the cycles that are stated for each. */
function blocksOf(text: string): { blocks: Map<number, Block<string>>; cycles: Map<number, number> } {
  const blocks = new Map<number, Block<string>>()
  const cycles = new Map<number, number>()
  let current: Block<string> = { instructions: [], next: [] }
  for (const line of text.slice(text.indexOf('Native code for')).split('\n')) {
    const head = /^ +START B(\d+)[^(]*\((\d+) cycles\)/.exec(line)
    if (head) {
      blocks.set(Number(head[1]), (current = { instructions: [], next: [] }))
      cycles.set(Number(head[1]), Number(head[2]))
    }
    const end = /^ +END B\d+((?: ->B\d+)*)/.exec(line)
    if (end) current.next.push(...[...end[1].matchAll(/\d+/g)].map(([number]) => Number(number)))
    if (/^[a-z(+]/.test(line) || line.includes('MsgDesc')) current.instructions.push(line)
  }
  return { blocks, cycles }
}
