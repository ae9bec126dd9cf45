import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, link, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ImageStore, storeFolder } from '../docker/images/store/store.ts';

/** Programs of the base layer, of this machine. */
const PROGRAMS = ['bash', 'cat', 'mkdir', 'rm', 'ls', 'tar', 'sleep'];
/** Bytes of a file in each image's own layer. */
const OWN_BYTES = 65_536;
const ADDED_AT_ONCE = 4;

/** Images of the store that share a base, with a terminal task for each, and what they take on the disk. */
export interface ManyImages {
  /** Dataset with a task for each image. */
  readonly dataset: string;
  readonly tasks: readonly string[];
  /** The base alone, as a tar. */
  readonly baseTar: string;
  /** Disk of the store's layers ÷ the disk of the distinct layers by themselves. */
  readonly diskRatio: number;
}

const sha256 = (content: Buffer | string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const du = (path: string) => Number(execFileSync('du', ['-sB1', path], { encoding: 'utf8' }).split('\t')[0]);

/** Make images in the store of a state folder: a base of this machine's programs, and a small layer of each image's own. */
export async function makeManyImages(home: string, count: number): Promise<ManyImages> {
  const work = join(home, 'made');
  const base = join(work, 'base');
  for (const name of PROGRAMS) await copyProgram(name, base);
  await mkdir(join(base, 'tmp'), { recursive: true });
  const baseTar = join(work, 'base.tar');
  const baseBlob = await packed(base, baseTar);
  await using store = await ImageStore.open(join(home, storeFolder));
  const tasks: string[] = [];
  let distinct = du(base);
  const queue = Array.from({ length: count }, (_, n) => `task-${String(n).padStart(3, '0')}`).values();
  const add = async (): Promise<void> => {
    for (const name of queue) {
      const own = join(work, name);
      await mkdir(join(own, 'app'), { recursive: true });
      await writeFile(join(own, 'app/name'), `${name}\n`);
      await writeFile(join(own, 'app/data'), name.repeat(OWN_BYTES / name.length));
      distinct += du(own);
      const layout = join(work, `${name}-oci`);
      await writeLayout(layout, [
        { tar: baseTar, blob: baseBlob },
        { tar: `${own}.tar`, blob: await packed(own, `${own}.tar`) },
      ]);
      await store.add(name, { kind: 'oci', place: layout });
      await writeTask(join(home, 'images-dataset', name), name);
      tasks.push(name);
    }
  };
  await Promise.all(Array.from({ length: ADDED_AT_ONCE }, add));
  return {
    dataset: join(home, 'images-dataset'),
    tasks: tasks.sort(),
    baseTar,
    diskRatio: du(store.layersFolder) / distinct,
  };
}

/** @returns digest and size of the tar */
async function packed(
  folder: string,
  tar: string,
): Promise<{ readonly digest: string; readonly size: number }> {
  execFileSync('tar', ['-c', '--owner=0', '--group=0', '--numeric-owner', '-f', tar, '-C', folder, '.']);
  const content = await readFile(tar);
  return { digest: sha256(content), size: content.length };
}

interface Layer {
  readonly tar: string;
  readonly blob: { readonly digest: string; readonly size: number };
}

/** An OCI layout; the blobs of layers are links to their tars. */
async function writeLayout(folder: string, layers: readonly Layer[]): Promise<void> {
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  for (const { tar, blob } of layers) await link(tar, join(blobs, blob.digest.slice(7)));
  const put = async (value: unknown, mediaType: string) => {
    const text = JSON.stringify(value);
    const digest = sha256(text);
    await writeFile(join(blobs, digest.slice(7)), text);
    return { mediaType, digest, size: Buffer.byteLength(text) };
  };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const config = await put(
    {
      architecture,
      os: 'linux',
      config: { Env: ['PATH=/usr/bin:/bin'], WorkingDir: '/app' },
      rootfs: { type: 'layers', diff_ids: layers.map(({ blob }) => blob.digest) },
    },
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.layer.v1.tar';
  const manifest = await put(
    { schemaVersion: 2, config, layers: layers.map(({ blob }) => ({ mediaType, ...blob })) },
    'application/vnd.oci.image.manifest.v1+json',
  );
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

/** What the agent does, and what a trivial verifier looks at. */
export const WORK = 'read -r name < /app/name; echo "$name" > /app/answer';
export const TEST =
  'read -r want < /app/name; read -r got < /app/answer; if [ "$got" = "$want" ]; then echo 1; else echo 0; fi';

async function writeTask(folder: string, image: string): Promise<void> {
  const files = {
    'task.toml': `schema_version = "1.4"\n[environment]\ndocker_image = "${image}"\n[stepwell]\nverifier_tools = "agent"\n`,
    'instruction.md': 'Write the content of /app/name to /app/answer.\n',
    'tests/test.sh': `#!/bin/bash\n{ ${TEST}; } > /logs/verifier/reward.txt\n`,
    'solution/solve.sh': `${WORK}\n`,
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

/** Copy a program of this machine with the libraries that it loads. */
async function copyProgram(name: string, root: string): Promise<void> {
  const program = await realpath(`/bin/${name}`);
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  const libraries = stdout.split(/\s+/).filter((word) => word.startsWith('/'));
  for (const [from, to] of [[program, `/bin/${name}`], ...libraries.map((path) => [path, path])] as const) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await cp(await realpath(from), join(root, to), { force: true });
  }
  if (name === 'bash') await cp(join(root, '/bin/bash'), join(root, '/bin/sh'), { force: true });
}
