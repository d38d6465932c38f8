import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** One bench's figures: a line of JSON on standard output, and its place in the file that a whole run collects. */
export function record(name: string, figures: object): void {
  console.log(JSON.stringify({ [name]: figures }))
  const path = process.env.TUNETAB_BENCH_OUT
  if (!path) return
  const all = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, object>) : {}
  writeFileSync(path, JSON.stringify({ ...all, [name]: figures }, null, 1))
}
