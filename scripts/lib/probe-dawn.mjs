// node scripts/lib/probe-dawn.mjs: ends with 0 where Dawn opens a device on the driver that VK_DRIVER_FILES names.
// A process of its own, because the Vulkan loader reads its drivers once, and a driver that fails may take the process
// along.
import { create, globals } from 'webgpu'

Object.assign(globalThis, globals)
const gpu = create([])
const adapter = await gpu.requestAdapter()
const device = await adapter?.requestDevice()
console.log(device ? adapter.info.description : 'no adapter')
process.exit(device ? 0 : 1)
