import type { ByteSink } from '../../src/contracts/bytes'
import { MemoryFolder } from '../../src/formats/memory-folder'
import type { Place } from '../../src/formats/whole-folder'

/**
 * A place in memory that can break: `breakAt` counts what changes it, and from that change on every one fails, as after
 * a kill; with `once`, that one alone, as where a disk was full for a moment.
 */
export class MemoryPlace extends MemoryFolder implements Place {
  changes = 0
  breakAt = Infinity
  once = false

  private change(): void {
    const n = this.changes++
    if (this.once ? n === this.breakAt : n >= this.breakAt) throw new Error(`change ${n} failed`)
  }

  /** Another visit to what is left. */
  reopened(): MemoryPlace {
    return new MemoryPlace(this.name, this.files)
  }

  override async list() {
    return (await super.list()).filter(({ path }) => !path.split('/').some((part) => part.endsWith('.part')))
  }

  override async create(path: string): Promise<ByteSink> {
    this.change()
    const sink = await super.create(path)
    return {
      write: async (chunk) => (this.change(), sink.write(chunk)),
      close: async () => (this.change(), sink.close()),
      abort: () => sink.abort(),
    }
  }

  async move(from: string, to: string): Promise<void> {
    this.change()
    const bytes = this.files.get(from)
    if (!bytes) throw new Error(`${from} is not there`)
    this.files.set(to, bytes)
    this.files.delete(from)
  }

  async remove(path: string): Promise<void> {
    this.change()
    this.files.delete(path)
  }

  async drafts(): Promise<string[]> {
    const folders = [...this.files.keys()].flatMap((path) => /^(.*?)\.part\//.exec(path)?.[1] ?? [])
    return [...new Set(folders)]
  }

  async dropDraft(name: string): Promise<void> {
    this.change()
    for (const path of [...this.files.keys()]) if (path.startsWith(`${name}.part/`)) this.files.delete(path)
  }
}
