#!/usr/bin/env node
// The sources are TypeScript and run as they are: this registers the loader, from whatever folder it is called.
import { fileURLToPath } from 'node:url';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`stepwell: Node ${process.versions.node} is too old: install Node 20 or newer`);
  process.exit(1);
}
try {
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) });
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('stepwell: its packages are not installed: run `npm install` in its folder');
  process.exit(1);
}
await import('./stepwell.ts');
