// GPUs that are not there: Mesa's "DRM shims", libraries that answer for a graphics card and compute nothing. With one
// of them before it, the driver that Debian ships comes up as it does on the card and compiles as it does there. Debian
// packages no shims, so they are made of its own Mesa source, for the very version of the driver that is installed.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { basename, join } from 'node:path'
import { readAptSources } from './apt-sources.mjs'
import { run } from './shell.mjs'

/** Cards by the names that the shims know. */
export const CARDS = {
  tgl: 'intel',
  dg2: 'intel',
  lnl: 'intel',
  bmg: 'intel',
  navi21: 'amd',
  navi31: 'amd',
  gfx1150: 'amd',
}

const home = join(homedir(), '.cache/tunetab/no-gpu')
const SHIM = { intel: 'intel-shim.so', amd: 'amd-shim.so' }
const DRIVER = { intel: 'intel_icd.json', amd: 'radeon_icd.json' }

/** Of the source, what the shims and the generators of their headers read. */
const FOLDERS = ['include', ...['c11', 'util', 'drm-shim', 'compiler', 'intel', 'amd'].map((name) => `src/${name}`)]
const SHARED = [
  'drm-shim/device.c',
  'drm-shim/drm_shim.c',
  ...['anon_file', 'hash_table', 'log', 'os_misc', 'ralloc', 'set', 'simple_mtx', 'u_call_once'].map(inUtil),
  ...['u_debug', 'u_process', 'vma'].map(inUtil),
]
const OWN = {
  intel: [
    'intel/tools/intel_noop_drm_shim.c',
    ...['intel_device_info', 'i915/intel_device_info', 'xe/intel_device_info', 'intel_hwconfig', 'intel_kmd'].map(
      (name) => `intel/dev/${name}.c`,
    ),
    inUtil('parson'),
  ],
  amd: ['amd/drm-shim/amdgpu_noop_drm_shim.c', 'amd/drm-shim/amdgpu_devices.c'],
}
/** Python programs of intel/dev/ and what each writes: a card's facts as C. */
const GENERATED = [
  ['gen_wa_helpers.py', 'mesa_defs.json', 'intel_wa.h', 'intel_wa.c'],
  ['intel_device_info_gen_h.py', 'intel_device_info_gen.h'],
  ['intel_device_info_serialize_gen_c.py', 'intel_device_info_serialize_gen.c'],
]
/** What Mesa's own build finds out about a Linux with glibc. */
const FLAGS = [
  ...['-O1', '-fPIC', '-std=gnu11', '-w', '-fvisibility=hidden', '-ffunction-sections', '-fdata-sections'],
  ...['-D_GNU_SOURCE', '-DNDEBUG', '-DUTIL_ARCH_LITTLE_ENDIAN=1', '-DUTIL_ARCH_BIG_ENDIAN=0'],
  ...['PTHREAD', 'STRUCT_TIMESPEC', 'ENDIAN_H', 'MEMFD_CREATE', 'DLFCN_H', 'PROGRAM_INVOCATION_NAME'].map(has),
  ...['SECURE_GETENV', 'UINT128', 'THRD_CREATE', 'POSIX_MEMALIGN', 'FLOCK', 'FUNC_ATTRIBUTE_PACKED'].map(has),
  ...['FUNC_ATTRIBUTE_FORMAT', 'FUNC_ATTRIBUTE_MALLOC', 'FUNC_ATTRIBUTE_VISIBILITY'].map(has),
  ...['__BUILTIN_FFS', '__BUILTIN_CLZ', '__BUILTIN_POPCOUNT', '__BUILTIN_UNREACHABLE'].map(has),
]

function inUtil(name) {
  return `util/${name}.c`
}

function has(name) {
  return `-DHAVE_${name}`
}

/**
 * What a process needs so that Vulkan finds this card alone and no compiled shader is taken from a cache; null: the
 * shims are not built (`node scripts/no-gpu.mjs`).
 * @param {keyof typeof CARDS} card
 */
export function cardEnvironment(card) {
  const maker = CARDS[card]
  const shim = join(home, SHIM[maker])
  if (!existsSync(shim)) return null
  return {
    LD_PRELOAD: shim,
    VK_DRIVER_FILES: `/usr/share/vulkan/icd.d/${DRIVER[maker]}`,
    MESA_SHADER_CACHE_DISABLE: 'true',
    ...(maker === 'amd' ? { AMDGPU_GPU_ID: card } : { INTEL_STUB_GPU_PLATFORM: card }),
  }
}

/** Builds both shims, in half a minute. @throws Error that says which step failed, with the end of what it printed */
export async function buildShims() {
  const version = await must('dpkg-query', ['-W', '-f', '${source:Version}', 'mesa-vulkan-drivers'])
  rmSync(home, { recursive: true, force: true })
  mkdirSync(join(home, 'generated/intel/dev'), { recursive: true })
  const source = await fetchSource(version)
  await generate(join(source, 'src/intel/dev'))
  const include = [
    ...['generated', 'generated/intel', 'generated/intel/dev'].map((folder) => join(home, folder)),
    ...['include', 'src', 'src/intel', 'src/intel/dev', 'src/amd'].map((folder) => join(source, folder)),
  ].map((folder) => `-I${folder}`)
  const made = GENERATED.flat().filter((name) => name.endsWith('.c'))
  const files = [...SHARED, ...OWN.intel, ...OWN.amd]
    .map((name) => join(source, 'src', name))
    .concat(made.map((name) => join(home, 'generated/intel/dev', name)))
  const object = (file) => join(home, `${file.slice(home.length + 1).replaceAll('/', '_')}.o`)
  const flags = [...FLAGS, `-DPACKAGE_VERSION="${version}"`, ...include]
  const waiting = [...files]
  const worker = async () => {
    for (let file = waiting.pop(); file; file = waiting.pop())
      await must('gcc', [...flags, '-c', file, '-o', object(file)])
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  for (const maker of ['intel', 'amd']) {
    const others = maker === 'intel' ? OWN.amd : [...OWN.intel, ...made]
    const own = files.filter((file) => !others.some((name) => file.endsWith(`/${name}`)))
    const libraries = ['-Wl,--gc-sections', '-Wl,-z,defs', '-ldl', '-lpthread', '-lm']
    await must('gcc', ['-shared', '-o', join(home, SHIM[maker]), ...own.map(object), ...libraries])
  }
  rmSync(source, { recursive: true, force: true })
  return home
}

/** The source of the installed driver from the archive that it came from, with apt's state in a folder of its own. */
async function fetchSource(version) {
  const origin = readAptSources().find(
    ({ suites, components }) => components.includes('main') && suites.some((suite) => suite.endsWith('-backports')),
  )
  if (!origin) throw new Error('no apt source with backports: `node scripts/ensure.mjs --test` adds it')
  const suite = origin.suites.find((name) => name.endsWith('-backports'))
  mkdirSync(join(home, 'apt/lists/partial'), { recursive: true })
  mkdirSync(join(home, 'apt/cache/archives/partial'), { recursive: true })
  const signed = origin.signedBy ? `[signed-by=${origin.signedBy}] ` : ''
  writeFileSync(join(home, 'apt/sources.list'), `deb-src ${signed}${origin.uris[0]} ${suite} main\n`)
  const apart = {
    'Dir::Etc::SourceList': join(home, 'apt/sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': join(home, 'apt/lists'),
    'Dir::Cache': join(home, 'apt/cache'),
    'APT::Sandbox::User': 'root',
  }
  const options = Object.entries(apart).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  await must('apt-get', ['-qq', ...options, 'update'], home)
  await must('apt-get', ['-qq', ...options, 'source', '--download-only', '--tar-only', `mesa=${version}`], home)
  const upstream = version.replace(/-[^-]*$/, '')
  const archive = join(home, `mesa_${upstream}.orig.tar.xz`)
  await must('tar', ['xf', archive, ...FOLDERS.map((folder) => `mesa-${upstream}/${folder}`)], home)
  rmSync(archive)
  rmSync(join(home, 'apt'), { recursive: true })
  return join(home, `mesa-${upstream}`)
}

async function generate(folder) {
  // Mako fills the templates; a copy of our own where the system has none.
  const own = join(home, 'python')
  const { code } = await run('python3', ['-c', 'import mako'], { quiet: true })
  if (code !== 0) await must('python3', ['-m', 'pip', 'install', '--quiet', '--target', own, 'mako'])
  for (const [program, ...names] of GENERATED) {
    const paths = names.map((name) => join(name.endsWith('.json') ? folder : join(home, 'generated/intel/dev'), name))
    await must('env', [`PYTHONPATH=${own}`, 'python3', join(folder, program), ...paths])
  }
  // Of libdrm's header, the little that the shims ask: its package need not be there.
  const buses = ['PCI', 'USB', 'PLATFORM', 'HOST1X'].map((name) => `DRM_BUS_${name}`).join(', ')
  writeFileSync(
    join(home, 'generated/xf86drm.h'),
    `#include "drm-uapi/drm.h"\n#define DRM_MAJOR 226\nenum { ${buses} };\n`,
  )
}

async function must(program, args, cwd) {
  const { code, output } = await run(program, args, { quiet: true, cwd })
  const last = output.trim().split('\n').slice(-4).join(' / ')
  if (code !== 0) throw new Error(`${program} ${basename(args.at(-1) ?? '')} ended with code ${code}: ${last}`)
  return output.trim()
}
