/** A run of instructions that is entered at its first and left at its last. */
export interface Block<I> {
  instructions: I[]
  /** Numbers of the blocks that come behind. */
  next: number[]
}

/** Loops as compilers write them: a jump back from block `to` to block `from`, with all that lies between. */
interface Loop {
  from: number
  to: number
}

export function loopsOf<I>(blocks: Map<number, Block<I>>): Loop[] {
  const loops: Loop[] = []
  for (const [to, { next }] of blocks) for (const from of next) if (from <= to) loops.push({ from, to })
  return loops
}

/** How many loops a block is in. */
export function depthOf(loops: Loop[], block: number): number {
  return loops.filter(({ from, to }) => from <= block && block <= to).length
}

/**
 * The blocks of the main loop: the innermost around the block with the most multiply-adds. Empty where that one is in
 * no loop.
 */
export function mainLoop<I>(blocks: Map<number, Block<I>>, isFma: (instruction: I) => boolean): number[] {
  const fmas = (number: number): number => blocks.get(number)!.instructions.filter(isFma).length
  const hottest = [...blocks.keys()].reduce((best, number) => (fmas(number) > fmas(best) ? number : best))
  const around = loopsOf(blocks).filter(({ from, to }) => from <= hottest && hottest <= to)
  if (around.length === 0) return []
  const innermost = around.reduce((best, loop) => (loop.to - loop.from < best.to - best.from ? loop : best))
  return [...blocks.keys()].filter((number) => innermost.from <= number && number <= innermost.to)
}
