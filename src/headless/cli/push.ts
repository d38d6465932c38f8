import { openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { fail } from '../../errors'
import { damagedFile, readManifest } from '../../formats/manifest'
import { DEFAULT_HUB } from '../../storage/hub-listing'
import { pushToHub } from '../../storage/hub-push'
import { nodeFolder } from '../../storage/node/node-folder'
import type { Command } from './command'
import { folderAt } from './inputs'

const TOKEN = 'HF_TOKEN'

/** The token comes from the environment alone: options stand in a shell's history. */
export const pushCommand: Command = {
  summary: `Put an adapter, a merged model or any other export on a hub, private unless told otherwise (${TOKEN}).`,
  options: {
    from: { value: 'DIR', required: true, help: 'folder that "tune" wrote, with its README' },
    repo: { value: 'OWNER/NAME', required: true, help: 'where to; made if there is none' },
    public: { help: 'a repository that is made now is seen by everybody' },
    message: { value: 'TEXT', help: 'title of the commit' },
    hub: { value: 'URL', help: 'a hub of your own (default: https://huggingface.co)' },
  },
  async run({ options, terminal, root, onInterrupt }) {
    const from = options.from as string
    const folder = await folderAt('--from', from, root)
    const token = process.env[TOKEN] ?? ''
    if (token === '') throw fail('hub-push-token', { variable: TOKEN })
    const manifest = await readManifest(nodeFolder(from))
    const damaged = manifest && (await damagedFile(folder, manifest))
    if (damaged) throw fail('adapter-damaged', { folder: from, file: damaged })
    const listed = await folder.list()
    const files = await Promise.all(
      listed.map(async ({ path }) => ({ path, blob: await openAsBlob(join(from, path)) })),
    )
    const cancel = new AbortController()
    onInterrupt(() => cancel.abort())
    const total = listed.reduce((sum, { size }) => sum + size, 0)
    const push = {
      endpoint: ((options.hub as string | undefined) ?? DEFAULT_HUB).replace(/\/+$/, ''),
      id: options.repo as string,
      token,
      isPrivate: options.public !== true,
      files,
      title: (options.message as string | undefined) ?? 'Upload from TuneTab',
    }
    terminal.json({ ...(await pushToHub(push, terminal.progress, cancel.signal)), files: listed.length, bytes: total })
  },
}
