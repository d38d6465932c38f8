import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync('src/ui/styles/tokens.css', 'utf8')

/** Colours of both themes by their names: `--name: light-dark(#light, #dark)`. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
)

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

const TEXT = 4.5
const GRAPHICS = 3
const pairs: [front: string, back: string, least: number][] = [
  ...['paper', 'sheet', 'sunk', 'accent-soft', 'bad-soft', 'mark'].map((back): [string, string, number] => [
    'ink',
    back,
    TEXT,
  ]),
  ...['paper', 'sheet', 'sunk'].map((back): [string, string, number] => ['ink-soft', back, TEXT]),
  ...['paper', 'sheet', 'accent-soft', 'sunk'].map((back): [string, string, number] => ['accent', back, TEXT]),
  ['accent-strong', 'accent-soft', TEXT],
  ['ink-soft', 'accent-soft', TEXT],
  ['on-accent', 'accent', TEXT],
  ['on-accent', 'accent-strong', TEXT],
  ...['good', 'warn', 'bad'].map((front): [string, string, number] => [front, 'paper', TEXT]),
  ['line-strong', 'paper', GRAPHICS],
  ['line-strong', 'sheet', GRAPHICS],
  ...['curve-2', 'curve-3', 'curve-4', 'curve-5', 'accent'].map((front): [string, string, number] => [
    front,
    'paper',
    GRAPHICS,
  ]),
]

test.each(['light', 'dark'] as const)('AA contrast in the %s theme', (theme) => {
  const weak = pairs
    .map(([front, back, least]) => ({
      front,
      back,
      least,
      is: contrast(colours.get(front)![theme], colours.get(back)![theme]),
    }))
    .filter(({ is, least }) => is < least)
  expect(weak).toEqual([])
})
