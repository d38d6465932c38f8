import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linearModules, linearPath } from '../src/architecture/names'
import { exporters } from '../src/exporters/index'
import { writePeft } from '../src/formats/peft'
import { openModelFolder } from '../src/model/opening/open-model'
import { recommendedRun } from '../src/run-file/run-file'
import { nodeFolder, writableNodeFolder } from '../src/storage/node/node-folder'
import { record } from './lib/record'

// npm run bench -- exports MODEL [formats ...]: `tune export` of the model with an adapter of rank 16 on every
// projection, a process for each format: bytes written, processor time (user and system, all threads, so that it counts
// the same on a busy machine) and the most memory held. Ends with a table for docs/performance.md. Needs room for the
// largest format, four bytes a weight.
const [model, ...asked] = process.argv.slice(2)
const opened = await openModelFolder(nodeFolder(model))
const place = mkdtempSync(join(tmpdir(), 'bench-exports-'))
const r = 16
let seed = 1
/** Small numbers that look drawn, the same every time. */
const drawn = (length: number) =>
  Float32Array.from({ length }, () => ((seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff - 0.5) * 0.02)

const pairs = linearModules(opened.config).map(({ layer, projection, inFeatures, outFeatures }) => {
  return { layer, projection, r, inFeatures, outFeatures, A: drawn(r * inFeatures), B: drawn(outFeatures * r) }
})
const lora = { ...recommendedRun.lora, r, target_modules: [...new Set(pairs.map(({ projection }) => projection))] }
const adapter = join(place, 'adapter')
await writePeft(writableNodeFolder(adapter), { lora, pairs, baseModel: opened.name }, linearPath)

/** What a process took, said by itself as it ends: a parent is told neither its time nor its memory. */
const HOOK = `process.on('exit', () => { const u = process.resourceUsage()
  process.stderr.write('\\n#took ' + (u.userCPUTime + u.systemCPUTime) / 1e6 + ' ' + u.maxRSS / 1024) })`

const rows: { format: string; bytes: number; seconds: number; mebibytes: number }[] = []
for (const { kind } of exporters.filter((one) => asked.length === 0 || asked.includes(one.kind))) {
  const out = join(place, 'out')
  const tune = ['scripts/tune.mjs', 'export', '--model', model, '--lora', adapter, '--format', kind, '--out', out]
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`
  const { status, stderr } = spawnSync(process.execPath, ['--import', hook, ...tune], { encoding: 'utf8' })
  const [, seconds, mebibytes] = /#took (\S+) (\S+)/.exec(stderr) ?? []
  if (status === 0) {
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(out, name)))
    const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
    rows.push({ format: kind, bytes, seconds: Number(seconds), mebibytes: Number(mebibytes) })
    console.error(`${kind}: ${bytes} bytes, ${seconds} s, ${mebibytes} MiB`)
  } else console.error(`${kind}: ${stderr.trim().split('\n')[0]}`)
  rmSync(out, { recursive: true, force: true })
}
rmSync(place, { recursive: true, force: true })
record(`exports ${opened.name}`, { rows })
console.log('| format | bytes in all | processor time | most memory |\n| --- | --- | --- | --- |')
for (const { format, bytes, seconds, mebibytes } of rows) {
  const grouped = String(bytes).replace(/\B(?=(\d{3})+$)/g, ' ')
  console.log(`| ${format} | ${grouped} | ${seconds.toFixed(seconds < 10 ? 1 : 0)} s | ${mebibytes.toFixed(0)} MiB |`)
}
