import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Most tests wait for containers and deadlines. None counts what another one's server may have made.
    maxWorkers: 3,
  },
});
