import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Two cores are shared with containers: files one after the other keep what a test measures its own.
    fileParallelism: false,
  },
});
