import { spawn } from 'node:child_process'

export interface Ended {
  code: number | null
  out: string
  err: string
}

/**
 * Run the command line as a person would, in a process of its own. `signalAfter`: send SIGINT once stderr has this
 * text.
 */
export function tune(args: string[], signalAfter?: string): Promise<Ended> {
  const child = spawn(process.execPath, ['scripts/tune.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended: Ended = { code: null, out: '', err: '' }
  let signalled = false
  child.stdout.on('data', (chunk) => (ended.out += chunk))
  child.stderr.on('data', (chunk) => {
    ended.err += chunk
    if (signalAfter && !signalled && ended.err.includes(signalAfter)) {
      signalled = true
      child.kill('SIGINT')
    }
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...ended, code }))
  })
}

/** The one JSON line of standard output; throws where there is more or less. */
export function onlyLine<T>(ended: Ended): T {
  const lines = ended.out.trimEnd().split('\n')
  if (ended.code !== 0 || lines.length !== 1) throw new Error(`exit ${ended.code}, ${lines.length} lines\n${ended.err}`)
  return JSON.parse(lines[0]) as T
}
