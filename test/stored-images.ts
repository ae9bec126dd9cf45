import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredImage } from '../docker/sandbox.ts';

/** Files of a layer by their paths: text, `null` for a folder, `-> target` for a link, `whiteout` for a removed file. */
export type LayerTree = Readonly<Record<string, string | null>>;

export const WHITEOUT = 'whiteout';

/** The layer with the shell and the programs of {@link makeStore}. */
export const SHELL_LAYER = 'shell';

/** The layer with a plain `/bin/sh` and nothing else. */
export const PLAIN_LAYER = 'plain';

/** Make a folder of layers, with those two: one has this machine's bash, `ls`, `cat` and `stat` and nothing else. */
export async function makeStore(store: string): Promise<void> {
  for (const program of ['/bin/bash', '/bin/ls', '/bin/cat', '/bin/stat']) {
    await copyProgram(program, join(store, SHELL_LAYER));
  }
  await copyProgram('/bin/sh', join(store, PLAIN_LAYER));
  // Whatever the umask of the tests is.
  await chmod(store, 0o755);
}

/** A layer with this machine's Python and its modules. */
export async function makePythonLayer(store: string, name: string): Promise<void> {
  const python = '/usr/bin/python3';
  const { stdout } = spawnSync(
    python,
    ['-I', '-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'],
    {
      encoding: 'utf8',
    },
  );
  const modules = stdout.trim();
  const left = new Set(['__pycache__', 'test', 'dist-packages', 'site-packages', 'idlelib', 'ensurepip']);
  await cp(modules, join(store, name, modules), {
    recursive: true,
    dereference: true,
    filter: (path) =>
      !path.startsWith(modules) ||
      !path
        .slice(modules.length)
        .split('/')
        .some((part) => left.has(part)),
  });
  await copyProgram(python, join(store, name));
  for (const part of await readdir(join(modules, 'lib-dynload'))) {
    if (/^_(ctypes|socket|posixsubprocess)/.test(part)) {
      await copyProgram(join(modules, 'lib-dynload', part), join(store, name));
    }
  }
}

export async function makeLayer(store: string, name: string, tree: LayerTree): Promise<void> {
  await mkdir(join(store, name), { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    const place = join(store, name, path);
    await mkdir(dirname(place), { recursive: true });
    if (content === null) await mkdir(place, { recursive: true });
    else if (content === WHITEOUT) execFileSync('mknod', [place, 'c', '0', '0']);
    else if (content.startsWith('-> ')) await symlink(content.slice(3), place);
    else await writeFile(place, content);
  }
}

/** An image of the layer with the shell and others. */
export function imageOf(...layers: string[]): StoredImage {
  return { name: layers.join('+'), layers: [SHELL_LAYER, ...layers] };
}

async function copyProgram(program: string, layer: string): Promise<void> {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  for (const path of [program, ...stdout.split(/\s+/).filter((word) => word.startsWith('/'))]) {
    const place = join(layer, path);
    await mkdir(dirname(place), { recursive: true });
    await cp(await realpath(path), place, { force: true });
  }
}
