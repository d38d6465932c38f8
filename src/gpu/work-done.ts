/** Between two looks whether the work is done. */
const LOOK_MS = 1

/**
 * Resolves when everything that was submitted is done. Where a browser looks only every tenth of a second (Firefox), an
 * empty submit makes it look at once.
 */
export async function workDone(device: GPUDevice): Promise<void> {
  let done = false
  const wait = device.queue.onSubmittedWorkDone().then(() => (done = true))
  await Promise.race([wait, pause(2 * LOOK_MS)])
  while (!done) {
    device.queue.submit([])
    await Promise.race([wait, pause(LOOK_MS)])
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
