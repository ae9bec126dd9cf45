import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { followEngine } from '../../../docker/engines/docker/build-events.ts';
import { DockerImageBuilder } from '../../../docker/engines/docker/image-builder.ts';
import { LocalImageBuilder } from '../../../docker/engines/local/image-builder.ts';
import { ensureImages, type ImageBuilder } from '../../../docker/images/builder.ts';
import { bootstrapDebian } from '../../../docker/images/debian.ts';
import { runProgram } from '../../../docker/images/program.ts';
import { makeRecipes } from '../../../docker/images/recipe.ts';
import { together } from '../../../docker/images/together.ts';
import { labels } from '../../../docker/labels.ts';
import { BuildingSource } from '../../../docker/pool/building-source.ts';
import { BUILD_MS, dockerMissing, localMissing } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';

const STOP = new Error('stopped by a test');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepwell-test-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Process ids that a program wrote into a file, once it has. */
async function pidsIn(file: string, count: number): Promise<number[]> {
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/).map(Number) : []);
  await expect.poll(() => read().length).toBe(count);
  return read();
}

it.each([
  ['ends', ''],
  ['does not care', 'trap "" TERM;'],
])('a program that %s when it is told to goes with all that it started', async (_, trap) => {
  const abort = new AbortController();
  const file = join(folder, 'pids');
  const script = `${trap} sleep 300 & echo $$ $! > ${file}.new; mv ${file}.new ${file}; wait; sleep 300`;
  const run = runProgram('/bin/bash', ['-c', script], abort.signal);
  const pids = await pidsIn(file, 2);
  abort.abort(STOP);
  await expect(run).rejects.toBe(STOP);
  await expect.poll(() => pids.filter(lives)).toEqual([]);
});

it('nothing is started for who has given up already', async () => {
  expect(() => runProgram('/bin/true', [], AbortSignal.abort(STOP))).toThrow(STOP);
});

it('a bootstrap that is given up leaves no process and no half-made tree', async () => {
  const file = join(folder, 'pids');
  const program = `#!/bin/bash\nmkdir $TMPDIR/mmdebstrap.tree\nsleep 300 &\necho $$ $! > ${file}.new; mv ${file}.new ${file}\nwait\n`;
  writeFileSync(join(folder, 'mmdebstrap'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  vi.stubEnv('TMPDIR', folder);
  const abort = new AbortController();
  const { finished } = bootstrapDebian(['bash'], () => {}, abort.signal);
  const pids = await pidsIn(file, 2);
  expect(readdirSync(folder).some((name) => name.startsWith('stepwell-debian-'))).toBe(true);
  abort.abort(STOP);
  await expect(finished).rejects.toBe(STOP);
  await expect.poll(() => pids.filter(lives)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['mmdebstrap', 'pids']);
});

it('when one of several things fails the others are given up, and waited for', async () => {
  const ended: string[] = [];
  const work = together((signal) => [
    Promise.reject(STOP),
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => {
        ended.push('second');
        reject(new Error('given up'));
      });
    }),
  ]);
  await expect(work).rejects.toBe(STOP);
  expect(ended).toEqual(['second']);
});

it("an engine's progress that breaks off is a failure, not the end", async () => {
  const broken = new PassThrough();
  const following = followEngine(broken, () => {});
  broken.write('{"stream":"Step 1"}\n');
  broken.destroy(new Error('the engine is gone'));
  await expect(following).rejects.toThrow('the engine is gone');
  const abort = new AbortController();
  const endless = new PassThrough();
  const given = followEngine(endless, () => {}, abort.signal);
  abort.abort(STOP);
  await expect(given).rejects.toBe(STOP);
  expect(endless.destroyed).toBe(true);
});

it('a source that closes sends home who waits, gives the build up and waits for its end', async () => {
  let ended = false;
  const source = new BuildingSource({
    sandboxes: { acquire: () => Promise.reject(new Error('nobody gets that far')) },
    ensure: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          setImmediate(() => {
            ended = true;
            reject(signal.reason);
          }),
        );
      }),
  });
  const waiting = source.acquire({ image: 'slow', purpose: 'episode' });
  const told = expect(waiting).rejects.toMatchObject({ code: 'draining' });
  await Promise.resolve();
  const closed = source.close();
  await told;
  expect(ended).toBe(false);
  await Promise.all([closed, source.close()]);
  expect(ended).toBe(true);
});

const SLEEPER = { name: 'test-sleeper', from: 'bash', script: 'echo sleeping; sleep 300' };

/** Begin to build an image whose script never ends, and give it up in the middle of that. */
async function giveUp(builder: ImageBuilder, sleeps: (line: string) => boolean): Promise<unknown> {
  const recipe = (await makeRecipes([SLEEPER])).find(({ name }) => name === SLEEPER.name);
  if (recipe === undefined) throw new Error('no recipe');
  const abort = new AbortController();
  const build = builder.build(
    recipe,
    (line) => {
      if (sleeps(line)) setImmediate(() => abort.abort(STOP));
    },
    abort.signal,
  );
  return build.then(
    () => 'built',
    (error: unknown) => error,
  );
}

describeUnless(await dockerMissing(), 'a build of a Docker engine', () => {
  beforeAll(async () => {
    await ensureImages({ builder: new DockerImageBuilder(new Docker()), names: ['bash'] });
  }, BUILD_MS);

  it('that is given up leaves no container and no image', async () => {
    const docker = new Docker();
    // A build's own have no owner; sandboxes of other tests come and go.
    const unowned = async () =>
      (await docker.listContainers({ all: true })).filter(({ Labels }) => Labels[labels.owner] === undefined);
    const before = new Set((await unowned()).map(({ Id }) => Id));
    const left = async () => (await unowned()).map(({ Id }) => Id).filter((id) => !before.has(id));
    const builder = new DockerImageBuilder(docker);
    expect(await giveUp(builder, (line) => line === 'sleeping')).toBe(STOP);
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
    expect((await builder.list()).map(({ name }) => name)).not.toContain(SLEEPER.name);
  });
});

describeUnless(await localMissing(), 'a build of the local engine', () => {
  it('that is given up leaves no folder and no process', async () => {
    const builder = new LocalImageBuilder({ imagesFolder: folder });
    expect(await giveUp(builder, (line) => line === 'running its script')).toBe(STOP);
    expect(readdirSync(folder)).toEqual([]);
  });
});
