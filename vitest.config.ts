import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,adapters,functions,lib,local}/**/*.test.ts'],
    sequence: { shuffle: true },
  },
});
