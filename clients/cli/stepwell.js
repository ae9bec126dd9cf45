#!/usr/bin/env node
// Starts the command line from any folder. A clone runs the sources as they are, a package what was built from them. The
// loader for TypeScript is there in both: environments of other folders may be written in it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`stepwell: Node ${process.versions.node} is too old: install Node 20.12 or newer`);
  process.exit(1);
}
const tsconfig = fileURLToPath(new URL('../../tsconfig.json', import.meta.url));
const isClone = existsSync(tsconfig);
try {
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: isClone ? tsconfig : false });
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('stepwell: its packages are not installed: run `npm install` in its folder');
  process.exit(1);
}
await import(isClone ? './stepwell.ts' : '../../dist/clients/cli/stepwell.js');
