// The floors of docs/architecture.md as rules about rooms: imports go down only, leaves import no floor, and there is
// no cycle. A rule names folders, never single files: where a file may be imported is told by where it lies.

/** What everybody may import: agreements and errors. */
const GROUND = ['contracts', 'errors']
/** Knowledge without a GPU or a file: what a family is, what a run file says. */
const KNOWLEDGE = ['architecture', 'run-file']
/** Each does one job from bytes to bytes and knows of no other. */
const LEAVES = ['data', 'formats', 'eval', 'storage', 'verify']
/** Floors from the bottom up. Each may import those before it, the leaves and the ground, never one after it. */
const FLOORS = ['gpu', 'ops', 'model', 'train', 'exporters', 'engine', 'state', 'ui']

const folder = (names) => `^src/(${names.join('|')})/`

const upward = FLOORS.slice(0, -1).map((floor, index) => ({
  name: `${floor}-imports-down`,
  severity: 'error',
  comment: `src/${floor}/ may import the floors below it and the leaves, nothing above`,
  from: { path: folder([floor]) },
  // State shows words, so of all floors but the page it alone knows the languages.
  to: {
    path: folder([...FLOORS.slice(index + 1), 'headless', ...(floor === 'state' ? [] : ['i18n'])]),
    // A README that nobody names a language for is English; the words of another are handed in.
    pathNot: floor === 'exporters' ? folder(['i18n/en/card']) : undefined,
  },
}))

const leaves = [...LEAVES, ...KNOWLEDGE].map((leaf) => ({
  name: `${leaf}-is-a-leaf`,
  severity: 'error',
  comment: `src/${leaf}/ imports nothing of the project but errors and contracts`,
  from: { path: folder([leaf]) },
  to: { path: '^src/', pathNot: folder([leaf, ...GROUND]) },
}))

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', comment: 'a cycle has no bottom', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      comment: "every import must be found, but for addresses of a package's files, which Vite finds",
      from: {},
      to: { couldNotResolve: true, pathNot: '^onnxruntime-web/.*[?]url$' },
    },
    ...upward,
    ...leaves,
    {
      name: 'errors-know-their-english-alone',
      severity: 'error',
      comment: 'src/errors/ is imported from everywhere, so it imports nothing but the English words of its messages',
      from: { path: folder(['errors']) },
      to: { path: '^src/', pathNot: folder(['errors', 'i18n/en/errors']) },
    },
    {
      name: 'contracts-are-types',
      severity: 'error',
      comment: 'src/contracts/ holds agreements alone; of the errors it knows the type',
      from: { path: folder(['contracts']) },
      to: { path: '^src/', pathNot: folder(['contracts']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-know-the-errors-alone',
      severity: 'error',
      comment: 'an agreement that needs more belongs to the room that it is about',
      from: { path: folder(['contracts']) },
      to: { path: '^src/', pathNot: folder(GROUND) },
    },
    {
      name: 'i18n-is-a-leaf',
      severity: 'error',
      comment: 'src/i18n/ holds texts and number formats alone',
      from: { path: folder(['i18n']) },
      to: { path: '^src/', pathNot: folder(['i18n', 'errors']) },
    },
    {
      name: 'words-know-no-code',
      severity: 'error',
      comment: 'of the errors, a language knows what each is told; it runs nothing of them',
      from: { path: folder(['i18n']) },
      to: { path: folder(['errors']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'gpu-knows-no-model',
      severity: 'error',
      comment:
        'src/gpu/ and src/ops/ know no data set, no family, no run and no storage; of files they know what NF4 is',
      from: { path: folder(['gpu', 'ops']) },
      to: { path: folder([...KNOWLEDGE, 'data', 'eval', 'storage']) },
    },
    {
      name: 'storage-is-handed-in',
      severity: 'error',
      comment: 'files differ between browser and Node, so the worker and headless/ hand them in',
      from: { path: folder(['gpu', 'ops', 'model', 'train', 'exporters']) },
      to: { path: folder(['storage']) },
    },
    {
      name: 'no-react-below-state',
      severity: 'error',
      comment: 'below the page there is no React and no zustand',
      from: { path: '^src/', pathNot: folder(['ui', 'state']) },
      to: { path: 'node_modules/(react|react-dom|zustand|recharts)(/|$)' },
    },
    {
      name: 'state-without-react',
      severity: 'error',
      comment: 'stores are vanilla zustand, so that tests need no page',
      from: { path: folder(['state']) },
      to: { path: 'node_modules/(react|react-dom|recharts)(/|$)' },
    },
    {
      name: 'page-reaches-the-engine-through-its-client',
      severity: 'error',
      comment: 'the page never touches a GPUDevice, a weight or a token tensor',
      from: { path: folder(['ui', 'state']) },
      to: {
        path: folder(['gpu', 'ops', 'architecture', 'model', 'train', 'exporters', 'engine/(core|worker|protocol)']),
      },
    },
    {
      name: 'client-does-not-run-the-engine',
      severity: 'error',
      comment: 'what the page loads of the engine is its interface and the wire; the rest runs in the worker',
      from: { path: folder(['engine/(api|client|protocol)']) },
      to: {
        path: folder(['gpu', 'ops', 'model', 'train', 'exporters', 'engine/(core|worker)']),
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'node-only-in-headless',
      severity: 'error',
      comment: 'everything but headless/ and the folder on disk that it hands in must run in a browser',
      from: { path: '^src/', pathNot: folder(['headless', 'storage/node']) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-headless',
      severity: 'error',
      comment: 'headless/ is an entry, not a library',
      from: { path: '^src/', pathNot: folder(['headless']) },
      to: { path: folder(['headless']) },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment: 'what the page ships stands under dependencies',
      from: { path: '^src/', pathNot: folder(['headless']) },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@(types|webgpu)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'browser', 'default', 'types'] },
    exoticRequireStrings: [],
  },
}
