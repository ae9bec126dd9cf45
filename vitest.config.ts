import { defineConfig } from 'vitest/config';

export default defineConfig({
  // `stepwell/client` and `stepwell/environment` are the sources here.
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Most tests wait for containers and deadlines. None counts what another one's server may have made.
    maxWorkers: 3,
  },
});
