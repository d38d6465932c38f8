import { axolotl } from './axolotl'
import type { Dialect } from './dialect'
import { llamaFactory } from './llama-factory'
import { mlx } from './mlx'

const DIALECTS: readonly Dialect[] = [axolotl, llamaFactory, mlx]

/** The trainer whose file this is, by two names that only its files have. */
export function dialectOf(json: Record<string, unknown>): Dialect | undefined {
  const marked = DIALECTS.map((dialect) => ({
    dialect,
    count: dialect.marks.filter((name) => Object.hasOwn(json, name)).length,
  }))
  const best = marked.reduce((a, b) => (b.count > a.count ? b : a))
  return best.count >= 2 ? best.dialect : undefined
}

/** What another trainer's name is called here. */
export function otherName(name: string): string | null {
  for (const { fields } of DIALECTS) {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (typeof known === 'string') return known
  }
  return null
}
