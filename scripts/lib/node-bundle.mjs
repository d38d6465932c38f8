import { rawText } from './raw-text.mjs'

/**
 * How the engine is bundled for Node: the command line and the package's `./node`. Packages that are CommonJS inside
 * (yaml is) call `require` for Node's own modules, which an ES module does not have by itself.
 */
export const nodeBundle = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  plugins: [rawText],
  logLevel: 'error',
}
