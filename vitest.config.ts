import { configDefaults, defineConfig } from 'vitest/config';
import { LongFirst } from './test/long-first.ts';
import { plainFiles } from './test/plain-files.ts';
import { isLeftOut } from './test/requirements.ts';

const tests = new URL('./test', import.meta.url).pathname;

export default defineConfig({
  // As `paths` of tsconfig.json has them; a plug-in of a test may lie elsewhere.
  resolve: {
    alias: {
      'stepwell/client': new URL('./clients/typescript/public.ts', import.meta.url).pathname,
      'stepwell/environment': new URL('./environments/public.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(isLeftOut('plain') ? plainFiles(tests) : [])],
    testTimeout: 60_000,
    // Hooks start servers, which takes a minute on a busy machine. Those that may build images have BUILD_MS.
    hookTimeout: 120_000,
    globalSetup: ['test/prepared.ts'],
    // Most tests wait for containers and deadlines. None counts what another one's server may have made.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
    // Modules are loaded once a worker, not once a file.
    isolate: false,
  },
});
