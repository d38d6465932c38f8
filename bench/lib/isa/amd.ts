import { mainLoop, type Block } from './loops'

/** What AMD's compiler says of one kernel, and what its main loop is made of. */
export interface AmdFigures {
  vgprs: number
  waves: number
  /** Static estimate of the busiest unit's cycles for a wave. */
  inverse_throughput: number
  /** Registers that went to memory, of either kind. */
  spills: number
  /** Of the time that the vector unit is busy in the main loop, that in multiply-adds; null: no loop. */
  fma_share: number | null
}

const isFma = (name: string): boolean => FMA.test(name)
const FMA = /^v_(pk_)?fma(c|ak|mk)?_f(32|16)$/
/**
 * What RDNA 3 does for both halves of a wave of 64 in one cycle where all else takes two, by the list of Mesa's own
 * estimator. Those that mix widths are counted as slow.
 */
const IN_ONE_CYCLE =
  /^v_((fma|fmac|fmaak|fmamk|mul|add|sub|subrev|max|min)(_legacy)?_f(32|16)|(mov|cndmask|movrel\w+)_b(32|16))$/
/** Products of 32-bit integers and the like take four times as long, 64-bit words twice. */
const QUARTER = /^v_(mul_(lo|hi)_[iu]32|mad_[iu]64_[iu]32)/
const WIDE = /^v_(lshlrev|lshrrev|ashrrev)_[bi]64/

/** `text`: what RADV writes for one kernel under RADV_DEBUG=shaderstats and ACO_DEBUG=perfinfo. */
export function readAmd(text: string, isRdna3: boolean): AmdFigures {
  const stated = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? NaN)
  const blocks = blocksOf(text)
  const cost = (name: string): number => {
    const rate = QUARTER.test(name) ? 4 : WIDE.test(name) ? 2 : 1
    return isRdna3 && IN_ONE_CYCLE.test(name) ? rate : 2 * rate
  }
  const loop = mainLoop(blocks, isFma)
  const halved = alternatives(text, blocks)
  const time = (counts: (name: string) => boolean): number =>
    loop.reduce((all, number) => {
      const names = blocks.get(number)!.instructions.filter(counts)
      return all + names.reduce((sum, name) => sum + cost(name), 0) * (halved.has(number) ? 0.5 : 1)
    }, 0)
  return {
    vgprs: stated('VGPRs'),
    waves: stated('Subgroups per SIMD'),
    inverse_throughput: stated('Inverse Throughput'),
    spills: stated('Spilled SGPRs') + stated('Spilled VGPRs'),
    fma_share: loop.length === 0 ? null : time(isFma) / time(() => true),
  }
}

/**
 * Blocks on either side of a branch between lanes: a wave whose lanes agree, as those do that bring one operand's tile,
 * goes through one of the two. A branch jumps to where the other side begins (`invert`), and that one behind both.
 */
function alternatives(text: string, blocks: Map<number, Block<string>>): Set<number> {
  const found = new Set<number>()
  for (const [, turn] of text.matchAll(/^BB(\d+)\n.*kind: .*invert/gm)) {
    const from = [...blocks].find(([, { next }]) => next.includes(Number(turn)))?.[0] ?? Infinity
    const behind = blocks.get(Number(turn))!.next[0] ?? 0
    for (const number of blocks.keys()) if (from < number && number < behind) found.add(number)
  }
  return found
}

/** Blocks with the names of their vector instructions. */
function blocksOf(text: string): Map<number, Block<string>> {
  const blocks = new Map<number, Block<string>>()
  let current: Block<string> = { instructions: [], next: [] }
  for (const line of text.split('\n')) {
    const head = /^BB(\d+)$/.exec(line)
    if (head) blocks.set(Number(head[1]), (current = { instructions: [], next: [] }))
    const jump = /s_c?branch\w* .*block:BB(\d+)/.exec(line)
    if (jump) current.next.push(Number(jump[1]))
    const vector = /^\t\( *\d+ clk\) +(?:.* = )?(v_\w+)/.exec(line)
    if (vector) current.instructions.push(vector[1].replace(/_e(32|64)$/, ''))
  }
  return blocks
}
