import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/tally-reporter.ts';

export default defineConfig({
  test: {
    sequence: { shuffle: true },
    // By itself vitest leaves one core idle, which is half of a machine of two.
    maxWorkers: '100%',
    reporters: ['default', new TallyReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          testTimeout: 60_000,
          include: ['{core,adapters,functions,lib,local,cli}/**/*.test.ts', 'test/unit/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          globalSetup: 'test/assembly.ts',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          globalSetup: 'test/assembly.ts',
          include: ['test/e2e/**/*.test.ts'],
          // After a kill, a delivery may wait for its due entry and the next tick: some three minutes.
          testTimeout: 480_000,
          hookTimeout: 60_000,
          // Whole stacks, one after the other, when nothing else runs: signed addresses and kept connections end by the clock.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
