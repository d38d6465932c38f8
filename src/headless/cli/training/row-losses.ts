import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RowLoss } from '../../../contracts/evaluation'
import { keepText } from '../results'

/** Beside a run: the loss of every trained row each time that it was seen, a JSON line each. */
const ROW_LOSSES = 'row_losses.jsonl'

export type SeenRow = { step: number } & RowLoss

/** What `tune train` has noted in a folder; empty where it has not. A line that broke off is passed over. */
export async function readRowLosses(out: string): Promise<SeenRow[]> {
  const text = await readFile(join(out, ROW_LOSSES), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as SeenRow]
    } catch {
      return []
    }
  })
}

/** The losses of rows as a run goes on. */
export class RowLosses {
  private seen: SeenRow[] = []

  add(step: number, rows: readonly RowLoss[]): void {
    for (const row of rows) this.seen.push({ step, ...row })
  }

  /** What the run had noted before the step that it goes on from. */
  async resume(out: string, steps: number): Promise<void> {
    this.seen = (await readRowLosses(out)).filter(({ step }) => step <= steps)
  }

  async write(out: string): Promise<void> {
    // Notes for people: what has no room is left out.
    await keepText(out, ROW_LOSSES, this.seen.map((one) => `${JSON.stringify(one)}\n`).join('')).catch(() => undefined)
  }
}
