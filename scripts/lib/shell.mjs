import { spawn } from 'node:child_process'

/**
 * Run a command to its end. Never rejects: a command that cannot be started gives code 127.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, quiet?: boolean, shell?: boolean, timeoutMs?:
 * number }} [options]
 *   `quiet` collects the output instead of showing it.
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      shell: options.shell ?? false,
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    let timedOut = false
    const end = () => {
      timedOut = true
      child.kill('SIGTERM')
      // A runner that does not end in peace is ended; one that does stops its own browsers and servers.
      setTimeout(() => child.kill('SIGKILL'), 15_000).unref()
    }
    const timer = options.timeoutMs ? setTimeout(end, options.timeoutMs) : undefined
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, output: output + error.message, timedOut })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (signal) output += `\nended by ${signal}\n`
      resolve({ code: code || (signal || timedOut ? 1 : 0), output, timedOut })
    })
  })
}

/** Run npm with the very npm that started us, where there is one: on Windows `npm` alone is not an executable. */
export function npm(args, options = {}) {
  const script = process.env.npm_execpath
  return script?.endsWith('.js')
    ? run(process.execPath, [script, ...args], options)
    : run('npm', args, { shell: process.platform === 'win32', ...options })
}
