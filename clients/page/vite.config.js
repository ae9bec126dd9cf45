import { defineConfig } from 'vite';

/** `npx vite clients/page` serves the page while it is worked on, beside a server at the default port. */
const SERVER = 'http://127.0.0.1:8765';

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/page/' : '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsDir: '',
    // A data: address would need a place in the security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/v1': { target: SERVER, ws: true }, '/trajectories': SERVER } },
}));
