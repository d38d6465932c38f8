import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ChatTokenizer, loadDataset, loadTokenizer } from '../../src/data'
import { finished, memoryFile, tinyTokenizer } from '../helpers/data'
import { goldenJson } from '../helpers/golden'

const { words, walls } = goldenJson<{
  words: Record<string, string[]>
  walls: Record<string, Record<string, { count: number; sha256: string }>>
}>('tokens/walls.json')

/** As tools/reference/tokens/walls.py draws it. */
function wall(name: string, characters = 30_000): string {
  const parts: string[] = []
  for (let state = 7, length = 0; length < characters; length += [...parts.at(-1)!].length) {
    state = (state * 16807) % 2147483647
    parts.push(words[name][state % words[name].length])
  }
  return `${parts.join('')}x`
}

function tokenizerOf(kind: string): Promise<ChatTokenizer> {
  if (kind !== 'demo') return tinyTokenizer(kind, null)
  const read = (file: string) => readFileSync(`public/demo-model/${file}`, 'utf8')
  const config = read('tokenizer_config.json')
  return loadTokenizer({ tokenizerJson: read('tokenizer.json'), tokenizerConfig: config, chatTemplate: null })
}

const sha256 = (ids: Int32Array) => createHash('sha256').update(ids).digest('hex')
const special = { addSpecialTokens: true }

describe('a wall of text is tokenised in parts, to the ids that transformers gives for the whole', () => {
  it.each(Object.keys(walls))('%s', async (kind) => {
    const tokenizer = await tokenizerOf(kind)
    for (const [name, { count, sha256: expected }] of Object.entries(walls[kind])) {
      const work = tokenizer.encodeInParts(wall(name), special, 4096)
      let pauses = 0
      let step = work.next()
      for (; !step.done; step = work.next()) pauses++
      expect([name, step.value.length, sha256(step.value)]).toEqual([name, count, expected])
      // Nobody waits for the whole of it.
      expect(pauses, name).toBeGreaterThan(2)
    }
  })

  it.each(Object.keys(walls))('wherever the parts end: %s', async (kind) => {
    const tokenizer = await tokenizerOf(kind)
    for (const name of Object.keys(words)) {
      const text = wall(name, 1500)
      const whole = tokenizer.encode(text, special)
      for (const part of [1, 2, 7, 40, 333])
        expect([name, part, finished(tokenizer.encodeInParts(text, special, part))]).toEqual([name, part, whole])
    }
  })
})

describe('a row that is a wall', () => {
  const file = (text: string) => memoryFile('rows.jsonl', `${JSON.stringify({ text })}\n{"text":"hello there"}\n`)

  it('can be given up in the middle', async () => {
    const tokenizer = await tokenizerOf('demo')
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    const began = performance.now()
    const loading = loadDataset(file(wall('han', 3_000_000)), tokenizer, { max_length: 64, signal: stop.signal })
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' })
    // Not a bound on speed: the whole row takes many times as long.
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('without a place to cut it is left out by name, and the next row is read', async () => {
    const tokenizer = await tokenizerOf('demo')
    const { rows, facts } = await loadDataset(file('a'.repeat(5_000_000)), tokenizer, { max_length: 64 })
    expect(rows.map(({ row }) => row)).toEqual([2])
    expect(facts.badRows.map(({ error }) => error)).toMatchObject([
      { code: 'data-row-wall', params: { row: 1, most: 4_194_304 } },
    ])
  })
})
