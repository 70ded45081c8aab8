import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'test/assembly.ts',
    sequence: { shuffle: true },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['{core,adapters,functions,lib,local}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'integration', include: ['test/integration/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
