// The floors of docs/architecture.md as rules: imports go down only, leaves import no floor, and there is no cycle.

/** Floors from the bottom up. Each may import those before it and the leaves, never one after it. */
const FLOORS = ['gpu', 'ops', 'model', 'train', 'engine', 'state', 'ui']
const LEAVES = ['data', 'formats', 'eval', 'storage']

/**
 * Files of plain types and constants that state what a floor and a leaf agree on. A leaf may read them (PEFT's writer
 * needs the names of the projections), since they themselves import no more than such files.
 */
const CONTRACTS =
  '^src/(model|data|engine)/types\\.ts$|^src/model/config\\.ts$|^src/train/run-file\\.ts$|^src/formats/(bytes|weights)\\.ts$'

/** The run file's own language: what its fields are and mean. The page reads and writes run files, too. */
const RUN_FILE = '^src/train/(run-file|run-fields|parse-run-file|optim)\\.ts$'

const folder = (names) => `^src/(${names.join('|')})/`

const upward = FLOORS.slice(0, -1).map((floor, index) => ({
  name: `${floor}-imports-down`,
  severity: 'error',
  comment: `src/${floor}/ may import the floors below it and the leaves, nothing above`,
  from: { path: folder([floor]) },
  to: { path: folder([...FLOORS.slice(index + 1), 'headless', 'i18n']) },
}))

const leaves = LEAVES.map((leaf) => ({
  name: `${leaf}-is-a-leaf`,
  severity: 'error',
  comment: `src/${leaf}/ imports nothing of the project but errors and contracts`,
  from: { path: folder([leaf]) },
  to: { path: '^src/', pathNot: [`^src/(${leaf}|errors)/`, CONTRACTS] },
}))

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', comment: 'a cycle has no bottom', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'every import must be found',
      from: {},
      to: { couldNotResolve: true },
    },
    ...upward.filter((rule) => rule.name !== 'state-imports-down'),
    {
      name: 'state-imports-down',
      severity: 'error',
      comment: 'src/state/ may import the engine client, the leaves and the language; not the page, not Node',
      from: { path: '^src/state/' },
      to: { path: folder(['ui', 'headless']) },
    },
    ...leaves,
    {
      name: 'errors-import-nothing',
      severity: 'error',
      comment: 'src/errors/ is imported from everywhere, so it imports nothing',
      from: { path: '^src/errors/' },
      to: { path: '^src/', pathNot: '^src/errors/' },
    },
    {
      name: 'contracts-stay-thin',
      severity: 'error',
      comment: 'beyond other contracts a contract may import types alone, else a leaf that reads it would run a floor',
      from: { path: CONTRACTS },
      to: { path: '^src/', pathNot: [CONTRACTS, '^src/errors/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'i18n-is-a-leaf',
      severity: 'error',
      comment: 'src/i18n/ holds texts and number formats alone',
      from: { path: '^src/i18n/' },
      to: { path: '^src/', pathNot: '^src/(i18n|errors)/' },
    },
    {
      name: 'gpu-knows-no-model',
      severity: 'error',
      comment: 'src/gpu/ and src/ops/ know no data set, no file format and no storage',
      from: { path: folder(['gpu', 'ops']) },
      to: { path: folder(LEAVES), pathNot: '^src/formats/' },
    },
    {
      name: 'storage-is-handed-in',
      severity: 'error',
      comment: 'files differ between browser and Node, so the worker and headless/ hand them in',
      from: { path: folder(['gpu', 'ops', 'model', 'train', 'data', 'formats', 'eval']) },
      to: { path: '^src/storage/' },
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
      from: { path: '^src/state/' },
      to: { path: 'node_modules/(react|react-dom|recharts)(/|$)' },
    },
    {
      name: 'page-reaches-the-engine-through-its-client',
      severity: 'error',
      comment: 'the page never touches a GPUDevice, a weight or a token tensor',
      from: { path: folder(['ui', 'state']) },
      to: { path: folder(['gpu', 'ops', 'model', 'train']), pathNot: [CONTRACTS, RUN_FILE] },
    },
    {
      name: 'page-does-not-load-the-worker',
      severity: 'error',
      comment: 'the engine itself runs in the worker alone; the page imports its types and its client',
      from: { path: folder(['ui', 'state']) },
      to: { path: '^src/engine/', pathNot: '^src/engine/(types|client|protocol)\\.ts$' },
    },
    {
      name: 'node-only-in-headless',
      severity: 'error',
      comment: 'everything but headless/ and the folder on disk that it hands in must run in a browser',
      from: { path: '^src/', pathNot: '^src/(headless/|storage/node-)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-headless',
      severity: 'error',
      comment: 'headless/ is an entry, not a library',
      from: { path: '^src/', pathNot: '^src/headless/' },
      to: { path: '^src/headless/' },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment: 'what the page ships stands under dependencies',
      from: { path: '^src/', pathNot: '^src/headless/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@(types|webgpu)/' },
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
