import { expect, test } from 'vitest'
import type { ChatTokenizer } from '../../src/data'
import { previewRow } from '../../src/engine/core/preview'

/** Byte-level with one byte a token: the worst case of a character over several tokens. */
const byteTokenizer = {
  streamDecoder() {
    const decoder = new TextDecoder()
    let text = ''
    return {
      push: (id: number) => (text += decoder.decode(new Uint8Array([id]), { stream: true })),
      finish: () => (text += decoder.decode()),
    }
  },
  tokenInfo: (id: number) => ({ id, text: '\ufffd', special: false }),
} as unknown as ChatTokenizer

const row = (bytes: number[]) => ({
  row: 1,
  inputIds: Int32Array.from(bytes),
  labels: Int32Array.from(bytes, (id, i) => (i > 1 ? id : -100)),
  truncated: false,
})

test('the texts of the tokens join to the text of the row', () => {
  const { tokens } = previewRow(row([...new TextEncoder().encode('a茶é')]), byteTokenizer)
  expect(tokens.map(({ text }) => text)).toEqual(['a', '', '', '茶', '', 'é'])
  expect(tokens.map(({ trained }) => trained)).toEqual([false, false, true, true, true, true])
})

test('a row cut within a character says so at its end', () => {
  const { tokens } = previewRow(row([...new TextEncoder().encode('茶')].slice(0, 2)), byteTokenizer)
  expect(tokens.at(-1)!.text).toBe('\ufffd')
})
