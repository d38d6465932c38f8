import { appendFileSync } from 'node:fs'

/**
 * Hand a number on to whoever collects what the tests reached (`npm run prove`), and give it back; else nothing
 * happens.
 * NaN becomes null, which no bound accepts.
 */
export function figure<T extends number | string>(name: string, value: T): T {
  const file = process.env.TUNETAB_FIGURES
  if (file) appendFileSync(file, `${JSON.stringify({ name, value })}\n`)
  return value
}
