// node scripts/no-gpu.mjs: builds what lets Debian's Intel and AMD drivers compile for cards that are not there, for
// `npm run bench:isa`. Wants gcc, python3, mesa-vulkan-drivers from Debian's backports, and 50 MB of its source.
import { buildShims } from './lib/no-gpu.mjs'

try {
  console.log(`built in ${await buildShims()}`)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
