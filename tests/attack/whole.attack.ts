import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { driverManifest } from '../../src/headless/dawn'
import { throwBombs } from './bombs'
import { attackStores } from './folders'
import { attackHub } from './hub'
import { attackInputs } from './inputs'
import { attackByKilling, attackDisks } from './kills'
import type { Tally } from './tally'

/** How much of each kind is tried. */
const INPUTS = 12_000
const HUB_FAULTS = 200
const KILLS = 50
/** From less than a first checkpoint to more than all of them. */
const DISKS_KIB = [64, 256, 600, 1000, 1500, 2200, 3000, 4500]

const kinds = new Set((process.env.TUNETAB_ATTACK_KINDS ?? '').split(','))
const first = Number(process.env.TUNETAB_ATTACK_FIRST ?? 1)
const gpus = (['lavapipe', 'swiftshader'] as const).filter((name) => driverManifest(name))
const tallies: Tally[] = []

const attacks: [kind: string, attack: () => Promise<(Tally | null)[]>][] = [
  ['inputs', () => attackInputs(INPUTS, first)],
  ['bombs', async () => [await throwBombs()]],
  ['stores', async () => [await attackStores()]],
  ['hub', async () => [await attackHub(HUB_FAULTS, first)]],
  ['disks', async () => [await attackDisks(DISKS_KIB, gpus[0])]],
  ['kills', () => attackByKilling(KILLS, gpus, first)],
]

afterAll(() => {
  const out = process.env.TUNETAB_ATTACK
  if (out && !existsSync(out)) writeFileSync(out, JSON.stringify(tallies))
})

for (const [kind, attack] of attacks)
  test.runIf(kinds.has(kind))(kind, async () => {
    const came = (await attack()).filter((tally) => tally !== null)
    tallies.push(...came)
    for (const tally of came) expect(tally.broke, tally.kind).toEqual([])
  })
