import { describe, expect, it } from 'vitest'
import type { TuneError } from '../../src/errors'
import type { OptionSpec } from '../../src/headless/cli/options'
import { parseOptions } from '../../src/headless/cli/options'
import { Terminal } from '../../src/headless/cli/terminal'

const specs: Record<string, OptionSpec> = {
  model: { value: 'DIR', required: true, help: '' },
  prompt: { value: 'TEXT', help: '' },
  gpu: { value: 'KIND', choices: ['swiftshader', 'auto'], help: '' },
  'max-new-tokens': { value: 'N', min: 1, help: '' },
  merge: { help: '' },
}
const parse = (...argv: string[]) => parseOptions('train', specs, argv)
function refusal(...argv: string[]): TuneError {
  try {
    parse(...argv)
  } catch (error) {
    return error as TuneError
  }
  throw new Error('was accepted')
}

describe('options', () => {
  it('reads values, inline values and switches', () => {
    expect(parse('--model', 'a', '--merge', '--max-new-tokens=3', '--prompt', '')).toEqual({
      model: 'a',
      merge: true,
      'max-new-tokens': '3',
      prompt: '',
    })
  })

  it('takes a prompt that begins with dashes when it is written with "="', () => {
    expect(parse('--model', 'a', '--prompt=--hello').prompt).toBe('--hello')
    expect(parse('--model', 'a', '--prompt', '-1').prompt).toBe('-1')
  })

  it.each([
    [['--model', 'a', '--modle', 'b'], 'cli-unknown-option', '--model"'],
    [['--model', 'a', '-g'], 'cli-unknown-option', '-g'],
    [['--prompt', 'x'], 'cli-missing-option', '--model'],
    [['--model'], 'cli-option-without-value', '--model'],
    [['--model', '--merge'], 'cli-option-without-value', '--model'],
    [['--model', 'a', '--gpu', 'nvidia'], 'cli-option-value', 'swiftshader | auto'],
    [['--model', 'a', '--max-new-tokens', '0'], 'cli-option-value', '≥ 1'],
    [['--model', 'a', '--merge=yes'], 'cli-option-value', '--merge'],
    [['--model', 'a', 'stray'], 'cli-unexpected-argument', 'stray'],
    [['--model', 'a', '--toString', 'b'], 'cli-unknown-option', '--toString'],
  ])('refuses %j', (argv, code, named) => {
    const error = refusal(...argv)
    expect(error.code).toBe(code)
    expect(error.message).toContain(named)
  })
})

describe('terminal', () => {
  function streams(isTTY: boolean) {
    const err = {
      text: '',
      isTTY,
      columns: 60,
      write(text: string) {
        this.text += text
      },
    }
    const out = {
      text: '',
      write(text: string) {
        this.text += text
      },
    }
    return { err, out }
  }
  const progress = (done: number) => ({ phase: 'read' as const, done, total: 10, unit: 'rows' as const })

  it('draws over one line on a terminal, and keeps results apart', () => {
    const { err, out } = streams(true)
    const terminal = new Terminal({ err, out })
    terminal.progress(progress(5))
    terminal.progress(progress(10))
    terminal.json({ a: 1 })
    expect(out.text).toBe('{"a":1}\n')
    expect(err.text).toContain('\r')
    expect(err.text.split('\n')).toHaveLength(2)
    for (const line of err.text.split('\r')) expect(line.replace(/\x1b\[2K/, '').trimEnd().length).toBeLessThan(60)
  })

  it('writes few plain lines elsewhere, the last one always', () => {
    const { err, out } = streams(false)
    let time = 0
    const terminal = new Terminal({ err, out, now: () => time })
    for (let done = 1; done <= 10; done++) {
      time += 500
      terminal.progress(progress(done))
    }
    const lines = err.text.trim().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines.at(-1)).toBe('read: 10 / 10 rows')
    expect(err.text).not.toContain('\x1b')
  })

  it('tells of a step the figures that have a name here, each as its unit is written', () => {
    const { err, out } = streams(false)
    const log = { step: 2, epoch: 0.5, loss: 1.23456, grad_norm: 0.98765, learning_rate: 2e-4, num_tokens: 64 }
    const pace = { tokensPerSecond: 9.87, etaSeconds: 3725, stepSeconds: 6, gpuBytes: 1_234_567 }
    new Terminal({ err, out }).training({ kind: 'step', log: { ...log, entropy: 3 }, steps: 8, ...pace })
    expect(err.text).toBe(
      'train: step 2 of 8 · loss 1.2346 · grad_norm 0.9877 · lr 2.00e-4 · 9.9 tok/s · GPU 1.23 MB · 1 h 2 min left\n',
    )
  })
})
