import { defineConfig } from 'vitest/config'

// `unit` needs no GPU; `kernels` runs on Dawn (see tests/helpers) and must not share the two cores; `attack` is started
// by scripts/attack.mjs.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/unit/**/*.test.tsx'],
          environment: 'node',
          // All cores: by itself vitest leaves one idle, half of a small machine.
          maxWorkers: '100%',
          // Milliseconds each on an idle machine; a busy one is no failure.
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'kernels',
          include: ['tests/kernels/**/*.test.ts', 'tests/golden/**/*.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
      {
        test: {
          name: 'attack',
          include: ['tests/attack/**/*.attack.ts'],
          environment: 'node',
          testTimeout: 40 * 60_000,
          pool: 'forks',
        },
      },
    ],
  },
})
