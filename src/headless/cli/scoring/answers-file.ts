import { appendFile, readFile } from 'node:fs/promises'
import type { Answer, AnswerStore, TextLoss } from '../../../eval/run/asked'

/**
 * Answers in a file of JSON lines, one appended as soon as it is made, so that a command that was stopped goes on where
 * it was. A line that broke off is passed over.
 */
export async function answersFile(path: string): Promise<AnswerStore & { kept: number }> {
  const known = new Map<string, Answer | TextLoss>()
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  for (const line of text.split('\n')) {
    try {
      const { key, ...made } = JSON.parse(line) as { key: string } & (Answer | TextLoss)
      known.set(key, made as Answer | TextLoss)
    } catch {
      continue
    }
  }
  // What is appended behind half a line would be lost with it.
  if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n')
  return {
    kept: known.size,
    get: (key) => known.get(key),
    async put(key, made) {
      known.set(key, made)
      await appendFile(path, `${JSON.stringify({ key, ...made })}\n`)
    },
  }
}
