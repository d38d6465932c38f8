import type { Line } from './collate'
import { packLines } from './packing'
import { TorchGenerator, torchPermutation } from './torch-random'

/** The part of the run file that orders the rows. */
export interface BatchSettings {
  num_train_epochs: number
  /** Above 0: this many steps, whatever the epochs. */
  max_steps: number
  per_device_train_batch_size: number
  gradient_accumulation_steps: number
  max_length: number
  shuffle: boolean
  group_by_length: boolean
  packing: boolean
}

/** The micro batches whose gradients one optimiser step adds up; each is a list of lines. */
type Window = Line[][]

export interface BatchOrder {
  stepsPerEpoch: number
  /** Optimiser steps of the whole run. */
  steps: number
  epochs: number
  /** Lines in an epoch: rows, or packs of rows. */
  lines: number
  /** The most lines a micro batch has. */
  batchLines: number
  /** The longest line of the run in tokens, before any rounding. */
  longestLine: number
  /**
   * All windows of an epoch, the last perhaps short. Epochs count from 0. Pure: the same epoch gives the same windows.
   */
  windows(epoch: number): Window[]
  /** The window of an optimiser step, counted from 0 over the whole run. */
  window(step: number): Window
}

/**
 * Order the rows of a run. Epoch e is permuted as torch.randperm does under the seed + e, which is what accelerate's
 * SeedableRandomSampler gives transformers' Trainer; without shuffle the file's order stays. group_by_length includes
 * its own shuffling, see `groupedByLength`.
 * Windows never cross an epoch: steps per epoch = ceil(batches / accumulation).
 */
export function orderBatches(lengths: readonly number[], settings: BatchSettings, seed: number): BatchOrder {
  const capped = lengths.map((length) => Math.min(length, settings.max_length))
  const lines = settings.packing ? packLines(capped, settings.max_length) : capped.map((_, i): Line => [i])
  const lineLengths = lines.map((line) => line.reduce((sum, index) => sum + capped[index], 0))
  const batchSize = settings.per_device_train_batch_size
  const accumulation = settings.gradient_accumulation_steps
  const batches = Math.ceil(lines.length / batchSize)
  const stepsPerEpoch = Math.ceil(batches / accumulation)
  const bySteps = settings.max_steps > 0
  const steps = bySteps ? settings.max_steps : Math.ceil(settings.num_train_epochs * stepsPerEpoch)
  const epochs = stepsPerEpoch === 0 ? 0 : Math.ceil(steps / stepsPerEpoch)

  const order = (epoch: number): number[] => {
    if (settings.group_by_length) return groupedByLength(lineLengths, batchSize * accumulation, seed, epoch)
    return settings.shuffle ? torchPermutation(lines.length, seed + epoch) : lines.map((_, i) => i)
  }
  const windows = (epoch: number): Window[] => {
    const ordered = order(epoch).map((index) => lines[index])
    return chunks(chunks(ordered, batchSize), accumulation)
  }
  let cached = { epoch: -1, windows: [] as Window[] }
  return {
    stepsPerEpoch,
    steps,
    epochs,
    lines: lines.length,
    batchLines: Math.min(batchSize, lines.length),
    longestLine: lineLengths.reduce((a, b) => Math.max(a, b), 0),
    windows,
    window(step) {
      const epoch = Math.floor(step / stepsPerEpoch)
      if (cached.epoch !== epoch) cached = { epoch, windows: windows(epoch) }
      return cached.windows[step % stepsPerEpoch]
    },
  }
}

/**
 * transformers' get_length_grouped_indices: shuffle, cut into mega-batches of 50 batches (fewer for small sets), sort
 * each from long to short, and put the longest row first so that running out of memory shows at once.
 *
 * LengthGroupedSampler shuffles with torch's global generator, which Trainer seeds once: each epoch torch's DataLoader
 * first takes 64 bits for its workers' seeds, then the permutation goes on from there (seen with transformers 5.23).
 */
export function groupedByLength(lengths: readonly number[], batchSize: number, seed: number, epoch: number): number[] {
  if (lengths.length === 0) return []
  const multiplier = Math.min(Math.floor(lengths.length / (batchSize * 4)), 50) || 1
  const generator = new TorchGenerator(seed)
  let order: number[] = []
  for (let e = 0; e <= epoch; e++) {
    generator.next()
    generator.next()
    order = torchPermutation(lengths.length, generator)
  }
  const megaBatches = chunks(order, multiplier * batchSize)
  for (const batch of megaBatches) batch.sort((a, b) => lengths[b] - lengths[a])
  let longest = 0
  megaBatches.forEach((batch, i) => {
    if (lengths[batch[0]] > lengths[megaBatches[longest][0]]) longest = i
  })
  const first = megaBatches[0][0]
  megaBatches[0][0] = megaBatches[longest][0]
  megaBatches[longest][0] = first
  return megaBatches.flat()
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const out: T[][] = []
  for (let i = 0; i < list.length; i += size) out.push(list.slice(i, i + size))
  return out
}
