/** Between two looks whether the work is done, at first; later as much longer as the wait has grown. */
const LOOK_MS = 1
const LOOK_SHARE = 1 / 16

/** Resolves when everything that was submitted is done. */
export function workDone(device: GPUDevice): Promise<void> {
  return nudged(device, device.queue.onSubmittedWorkDone())
}

/** Resolves when the buffer can be read by the host. */
export function mappedForReading(device: GPUDevice, buffer: GPUBuffer, bytes?: number): Promise<void> {
  return nudged(device, buffer.mapAsync(GPUMapMode.READ, 0, bytes))
}

/**
 * Ends as `wait` does. A browser that looks only every tenth of a second what its GPU has done (Firefox) is made to
 * look by empty submits.
 */
async function nudged(device: GPUDevice, wait: Promise<undefined>): Promise<void> {
  let done = false
  const ended = wait.finally(() => (done = true))
  const started = performance.now()
  await Promise.race([ended, pause(2 * LOOK_MS)])
  while (!done) {
    device.queue.submit([])
    await Promise.race([ended, pause(Math.max(LOOK_MS, (performance.now() - started) * LOOK_SHARE))])
  }
  return ended
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
