/**
 * Builds what the npm package ships, in `dist/`: JavaScript and declarations of the folders that a user needs, and beside
 * them every other file of these folders (the runner, the judge, task data, READMEs), at the same relative paths. Examples
 * stay as they are written. The page is built by Vite, and its sources stay here. Arguments are options of tsc.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = import.meta.dirname;
const DIST = join(ROOT, 'dist');
const BUILD = join(ROOT, 'tsconfig.build.json');
/**
 * What is compiled or generated, the page's sources, the Python package, which pip installs, the launcher, which the package has at its path in the sources, and tests. The test of the
 * new environment is a part of what `stepwell environments new` writes.
 */
const NOT_COPIED =
  /^(?!clients\/examples\/).*\.ts$|__pycache__|^clients\/(python|page)$|^clients\/cli\/stepwell\.js$|^(?!clients\/examples\/new-environment\/).*\.test\.mjs$/;

const { include }: { include: string[] } = JSON.parse(readFileSync(BUILD, 'utf8'));

rmSync(DIST, { recursive: true, force: true });
const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', BUILD, ...process.argv.slice(2)];
execFileSync(process.execPath, tsc, { stdio: 'inherit' });
for (const folder of include) {
  cpSync(join(ROOT, folder), join(DIST, folder), {
    recursive: true,
    filter: (path) => !NOT_COPIED.test(path.slice(ROOT.length + 1)),
  });
}

const vite = ['build', join(ROOT, 'clients/page'), '--configLoader', 'native', '--logLevel', 'warn'];
const page = [join(ROOT, 'node_modules/vite/bin/vite.js'), ...vite, '--outDir', join(DIST, 'clients/page')];
execFileSync(process.execPath, page, { stdio: 'inherit' });
