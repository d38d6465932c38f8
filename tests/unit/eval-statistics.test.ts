import { describe, expect, it } from 'vitest'
import { PythonRandom } from '../../src/eval/python/random'
import { bootstrap, meanOf, pairedDifference } from '../../src/eval/statistics/bootstrap'
import { differenceWord } from '../../src/eval/statistics/difference-word'
import { cohenKappa } from '../../src/eval/statistics/kappa'
import { clusteredShare, shareOf } from '../../src/eval/statistics/wilson'
import { goldenJson } from '../helpers/golden'

const { rows } = goldenJson<{ rows: [string, unknown[][]][] }>('scores/statistics.json')
const golden = <T>(name: string) => rows.find(([found]) => found === name)![1] as T[]

/** Sums of a few hundred doubles in another order. */
const close = (found: readonly number[], wanted: readonly number[]) =>
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 12))

describe('statistics against scipy and scikit-learn', () => {
  it('draws what Python draws', () => {
    // random.seed(42): random(), gauss(), gauss(), then randrange(10) five times.
    const random = new PythonRandom(42)
    expect(random.random()).toBe(0.6394267984578837)
    close([random.gauss(), random.gauss()], [0.7921447409497909, 0.12551827570326066])
    expect([1, 2, 3, 4, 5].map(() => random.below(10))).toEqual([3, 2, 1, 8, 1])
  })

  it('says that too few differ where an interval alone would promise more', () => {
    const fell = (n: number) => pairedDifference(meanOf(Array(n).fill(1)), meanOf(Array(n).fill(3)))!
    expect([4, 6].map((n) => [fell(n).verdict, differenceWord(fell(n))])).toEqual([
      ['none', 'few'],
      ['lower', 'lower'],
    ])
    expect(differenceWord(pairedDifference(meanOf([1, 3, 2]), meanOf([2, 2, 2]))!)).toBe('none')
  })

  it('gives a share Wilson’s interval', () => {
    for (const [successes, n, low, high] of golden<number[]>('wilson')) {
      const found = shareOf(successes, n)!
      expect([found.value, found.n]).toEqual([successes / n, n])
      close(found.interval, [low, high])
    }
    expect(shareOf(0, 0)).toBeNull()
  })

  it('gives a mean its percentile interval, the same every time', () => {
    for (const [values, interval] of golden<[number[], number[]]>('bootstrap')) {
      const found = bootstrap(meanOf(values))!
      expect(found.n).toBe(values.length)
      close(found.interval, interval)
    }
    expect(bootstrap(meanOf([]))).toBeNull()
  })

  it('gives a difference its interval, and calls one that holds 0 none', () => {
    const verdicts = golden<[number[], number[], number[]]>('paired').map(([candidate, base, interval]) => {
      const found = pairedDifference(meanOf(candidate), meanOf(base))!
      close(found.interval, interval)
      return found.verdict
    })
    expect(verdicts).toEqual(['higher', 'none', 'higher', 'lower'])
  })

  it('makes nothing of five pairs that all point one way, something of six', () => {
    const gain = (n: number) => pairedDifference(meanOf(Array(n).fill(1)), meanOf(Array(n).fill(0)))!
    expect(gain(5)).toMatchObject({ value: 1, interval: [1, 1], verdict: 'none' })
    expect(gain(6).verdict).toBe('higher')
  })

  it('counts rules that hang together as fewer', () => {
    const alone = [...Array(60)].map((_, i) => [i % 3 > 0])
    expect(clusteredShare(alone)!.interval).toEqual(shareOf(40, 60)!.interval)
    // Three rules a prompt that stand or fall together say no more than one.
    const together = alone.map(([follows]) => [follows, follows, follows])
    const found = clusteredShare(together)!
    expect(found).toMatchObject({ value: 2 / 3, n: 180 })
    close(found.interval, shareOf(40, 60)!.interval)
    // All followed: no variance to go by, so each prompt counts once.
    close(clusteredShare([...Array(10)].map(() => [true, true]))!.interval, shareOf(10, 10)!.interval)
    expect(clusteredShare([[], []])).toBeNull()
  })

  it('gives two people Cohen’s kappa', () => {
    for (const [first, second, kappa] of golden<[string[], string[], number]>('kappa'))
      expect(cohenKappa(first, second)).toBeCloseTo(kappa, 12)
    expect(cohenKappa(['a', 'a'], ['a', 'a'])).toBeNull()
    expect(cohenKappa([], [])).toBeNull()
  })
})
