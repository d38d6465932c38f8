// For headless/ alone: nothing that the page loads imports this file.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { fail } from '../../errors/index'

/** Lies in a folder while a command writes into it. Hidden, so that no reader takes it for part of the result. */
const LOCK = '.tunetab.lock'

interface Holder {
  pid: number
  host: string
  /** Of the process, in a form of the system's: another process with the same id began at another time. */
  began: string | null
  command: string
}

export interface FolderLock {
  /** The id of the process whose lock was still there though it had ended; null where there was none. */
  stale: number | null
  release(): void
}

/**
 * Keep a folder for this process until `release`, or until the process ends. A lock whose process is gone is taken
 * over. Throws 'cli-out-locked' where another process holds it, 'cli-out-unusable' where nothing can be written.
 * Node only.
 */
export function lockFolder(folder: string, command: string): FolderLock {
  const path = join(folder, LOCK)
  const known = held.get(resolve(folder))
  if (known) return known
  const own: Holder = { pid: process.pid, host: hostname(), began: beginningOf(process.pid), command }
  // Written whole before it has its name: nobody reads half a lock.
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, JSON.stringify(own))
  } catch (error) {
    throw fail(
      'cli-out-unusable',
      { out: folder, reason: (error as NodeJS.ErrnoException).code ?? String(error) },
      error,
    )
  }
  let stale: number | null = null
  try {
    // A lock that vanishes between two looks is tried again; more often than that somebody plays games.
    for (let tries = 0; tries < 5; tries++) {
      if (linked(draft, path)) return keep(folder, path, stale)
      const holder = read(path)
      if (holder && isAlive(holder)) throw fail('cli-out-locked', { out: folder, ...said(holder), lock: path })
      if (holder) stale = holder.pid
      putAside(path)
    }
    throw fail('cli-out-locked', { out: folder, pid: 0, host: '', command: '', lock: path })
  } finally {
    rmSync(draft, { force: true })
  }
}

/** By resolved path: a command that locks a folder twice has it once. */
const held = new Map<string, FolderLock>()

function keep(folder: string, path: string, stale: number | null): FolderLock {
  const release = () => {
    held.delete(resolve(folder))
    process.off('exit', release)
    rmSync(path, { force: true })
  }
  process.on('exit', release)
  const lock = { stale, release }
  held.set(resolve(folder), lock)
  return lock
}

/** A hard link fails where the name is taken, so that of two who try at once one has it. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // File systems without links: creating a file that must not exist is the same, but for its content.
    try {
      writeFileSync(to, readFileSync(from), { flag: 'wx' })
      return true
    } catch (again) {
      if ((again as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw again
    }
  }
}

/** Takes a stale lock away; where another process has just put its own there, that one is given back. */
function putAside(path: string): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const holder = read(aside)
  if (holder && isAlive(holder)) linked(aside, path)
  rmSync(aside, { force: true })
}

/** null for one that is gone or was never a lock. */
function read(path: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder
    return Number.isSafeInteger(holder.pid) ? holder : null
  } catch {
    return null
  }
}

/** Of another machine nothing can be known: a folder on a shared disk stays its own. */
function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and another person's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = beginningOf(pid)
  return began === null || now === null || began === now
}

/** Linux: the 22nd field of /proc/PID/stat, in ticks since the machine began, and which boot that was. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The second field is a name in brackets that may hold anything.
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return null
  }
}

const said = ({ pid, host, command }: Holder) => ({
  pid,
  host: host === hostname() ? '' : host,
  command: String(command),
})
