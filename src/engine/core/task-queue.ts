import { fail } from '../../errors/index'

/** One piece of GPU work at a time: `only` refuses while something runs, `next` waits its turn. */
export class TaskQueue {
  private tail: Promise<unknown> = Promise.resolve()
  private readonly running: string[] = []

  only<T>(task: string, work: () => Promise<T>): Promise<T> {
    if (this.running.length > 0) return Promise.reject(fail('engine-busy', { task: this.running[0] }))
    return this.next(task, work)
  }

  /** Waits for short work; a training run is not waited for. */
  next<T>(task: string, work: () => Promise<T>): Promise<T> {
    if (this.running.includes('train')) return Promise.reject(fail('engine-busy', { task: 'train' }))
    this.running.push(task)
    const result = this.tail.then(work)
    this.tail = result.catch(() => {}).then(() => void this.running.splice(this.running.indexOf(task), 1))
    return result
  }
}
