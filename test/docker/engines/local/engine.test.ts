import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalEngine } from '../../../../docker/engines/local/engine.ts';
import { LocalImageBuilder } from '../../../../docker/engines/local/image-builder.ts';
import { findLimitKeeper } from '../../../../docker/engines/local/limits.ts';
import { localLacks } from '../../../../docker/engines/local/provider.ts';
import { RunFolder } from '../../../../docker/engines/run-folder.ts';
import { ensureImages } from '../../../../docker/images/builder.ts';
import { runnerFolder } from '../../../../docker/images/runner-files.ts';
import { runnerPath } from '../../../../docker/labels.ts';
import { RunnerChannel } from '../../../../docker/link/channel.ts';
import { type Owner, ownerOf } from '../../../../docker/owner.ts';
import { expectNoLayer } from '../no-layer.ts';

const limits = { memoryBytes: 2 ** 29, cpus: 1, pids: 64, layerBytes: 2 ** 24, layerInodes: 4096 };
const lacks = await localLacks();

describe.skipIf(lacks.length > 0)(`the local engine ${lacks.join('; ')}`, () => {
  let owner: Owner;
  let parent: string;
  let imagesFolder: string;
  let runFolder: RunFolder;
  let engine: LocalEngine;

  const start = (image = 'bash') => engine.start({ image, limits, network: 'none' });

  beforeAll(async () => {
    owner = await ownerOf(process.pid);
    parent = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
    imagesFolder = join(parent, 'images');
    runFolder = await RunFolder.create(owner, parent);
    engine = new LocalEngine({ owner, runFolder, runParent: parent, imagesFolder, runnerFolder });
  });
  afterAll(async () => {
    await engine?.close();
    await rm(parent, { recursive: true, force: true });
  });

  async function output(channel: RunnerChannel, code: string): Promise<string> {
    const fields = { timeout_ms: 10_000, max_output: 65_536, code_length: Buffer.byteLength(code) };
    const { payload } = await channel.request('run', fields, { payload: [code], timeoutMs: 10_000 });
    return payload.toString();
  }

  it('says that it makes layers, and how it keeps limits', async () => {
    expect(await engine.probe()).toMatchObject({
      isolation: 'layer',
      reason: expect.stringMatching(/cgroup/),
    });
  });

  it('starts the runner over the host’s programs, without the host’s files', async () => {
    const container = await start();
    const channel = new RunnerChannel(container.stream);
    await channel.ready;
    expect(await output(channel, 'ls /usr/bin/python3; cat /etc/hostname; ls -A /home /root')).toBe(
      '/usr/bin/python3\nstepwell\n/home:\n\n/root:\n',
    );
    expect(await output(channel, `ls '${runFolder.path}' /opt/stepwell 2>&1 | grep -c 'No such file'`)).toBe(
      '2\n',
    );
    expect(await output(channel, 'touch /new && cat /proc/net/dev | grep -c :')).toBe('1\n');
    await expect(stat('/new')).rejects.toMatchObject({ code: 'ENOENT' });
    await container.remove();
  });

  it('leaves no process, no control group and no file of a removed container', async () => {
    const container = await start();
    const channel = new RunnerChannel(container.stream);
    await channel.ready;
    const mark = `stepwell-mark-${container.id}`;
    await output(
      channel,
      `(exec -a ${mark} sleep 1000) & disown; setsid -f bash -c 'exec -a ${mark} sleep 1000'; ` +
        `until [ "$(grep -al ^${mark} /proc/[0-9]*/cmdline | wc -l)" = 2 ]; do :; done`,
    );
    expect(await processesWith(mark)).toBe(2);
    await Promise.all([container.remove(), container.remove()]);
    await container.exited;
    expect(await processesWith(mark)).toBe(0);
    expect(await controlGroups()).not.toContain(container.id);
    expect((await readdir(runFolder.path)).filter((name) => name === container.id)).toEqual([]);
  });

  it('starts no container where no layer can be made, and says why', () => expectNoLayer(engine, limits));

  it('shows a runner without interpreter of its own as one with it, and none of the host’s paths', async () => {
    const container = await start('python');
    const channel = new RunnerChannel(container.stream);
    await channel.ready;
    const maker = (await processes()).find(({ words }) => words.at(-1) === container.id);
    expect(maker?.words).toContain(runnerFolder);
    const below = (await processes()).filter(({ parent }) => parent === maker?.pid);
    expect(below.map(({ words }) => words.slice(0, 4))).toEqual([['python3', '-I', '-S', runnerPath]]);
    expect(below[0]?.words.slice(4).filter(Boolean)).toEqual([]);
    const [held, own] = await Promise.all([pipes(maker?.pid), pipes(below[0]?.pid)]);
    expect(own.filter((pipe) => held.includes(pipe))).toEqual([]);
    expect(await output(channel, 'import gc, os; print(gc.isenabled(), "PATH" in os.environ)')).toBe(
      'True True\n',
    );
    await container.remove();
  });

  it('offers what an agent starts first when memory runs out, for an ordinary user too', async () => {
    const container = await start();
    const channel = new RunnerChannel(container.stream);
    await channel.ready;
    const file = '/proc/self/oom_score_adj';
    expect(await output(channel, `cat ${file} /proc/1/oom_score_adj`)).toBe('1000\n1000\n');
    const program = { argv: ['cat', file], env: {}, cwd: '/', timeout_ms: 10_000, max_output: 1024 };
    for (const request of ['exec', 'inspect']) {
      const { payload } = await channel.request(request, program, { timeoutMs: 10_000 });
      expect(payload.toString(), request).toBe('1000\n');
    }
    await container.remove();
  });

  it('tells the end of a runner', async () => {
    const container = await start();
    const channel = new RunnerChannel(container.stream);
    await channel.ready;
    channel.request('quit').catch(() => {});
    expect((await container.exited).reason).toMatch(/^exit status 0/);
    await container.remove();
  });

  it('refuses what it does not have', async () => {
    await expect(engine.image('nowhere')).rejects.toMatchObject({ code: 'image_missing' });
    await expect(engine.image('../images')).rejects.toMatchObject({ code: 'image_missing' });
    await expect(engine.start({ image: 'bash', limits, network: 'bridge' })).rejects.toMatchObject({
      code: 'not_supported',
    });
  });

  it('plays on an image made from another one', async () => {
    const builder = new LocalImageBuilder({ imagesFolder });
    const definitions = [{ name: 'derived', from: 'bash', gitAtRoot: true }];
    expect(await ensureImages({ builder, definitions })).toEqual(['derived']);
    expect(await ensureImages({ builder, definitions })).toEqual([]);
    const container = await start('derived');
    const channel = new RunnerChannel(container.stream);
    await channel.ready;
    expect(await output(channel, 'cd /; git rev-list --count HEAD; touch new; git status --short')).toBe(
      '1\n?? new\n',
    );
    expect(container.image.digest).not.toBe((await engine.image('bash')).digest);
    await container.remove();
  });

  it('leaves nothing when it is closed', async () => {
    const folder = await RunFolder.create(owner, parent);
    const other = new LocalEngine({
      owner,
      runFolder: folder,
      runParent: parent,
      imagesFolder,
      runnerFolder,
    });
    const before = await controlGroups();
    const { id } = await other.start({ image: 'bash', limits, network: 'none' });
    await other.close();
    // Other servers on this machine make groups meanwhile.
    const own = `${owner.pidNamespace}-${owner.pid}-`;
    const made = (await controlGroups()).filter((name) => name.includes(own) && !before.includes(name));
    expect(made).toEqual([]);
    expect(await readdir(folder.path)).not.toContain(id);
    await expect(other.start({ image: 'bash', limits, network: 'none' })).rejects.toMatchObject({
      code: 'draining',
    });
    await folder.remove();
  });

  it('reaps what a dead server left, and of no other', async () => {
    const alive = await start();
    const { pidNamespace, pid } = owner;
    const dead = `${pidNamespace}-${pid}-1-abcdef`;
    const keeper = await findLimitKeeper(dead);
    await keeper.create('one', limits);
    const left = await RunFolder.create({ ...owner, startTime: '1' }, parent);
    expect(await engine.reap()).toBeGreaterThanOrEqual(1);
    expect(await controlGroups()).not.toContain(`stepwell-${dead}`);
    await expect(stat(left.path)).rejects.toMatchObject({ code: 'ENOENT' });
    const channel = new RunnerChannel(alive.stream);
    await channel.ready;
    await channel.ping(10_000);
    await alive.remove();
  });
});

/** The processes of this machine that can be read, with their arguments. */
async function processes(): Promise<{ pid: number; parent: number; words: string[] }[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (id: string, name: string) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '');
  return Promise.all(
    ids.map(async (id) => {
      const [, parent] = /\(.*\) . (\d+)/s.exec(await read(id, 'stat')) ?? [];
      const words = (await read(id, 'cmdline')).split('\0').slice(0, -1);
      return { pid: Number(id), parent: Number(parent), words };
    }),
  );
}

/** The pipes that a process holds, as far as this user may know. */
async function pipes(pid: number | undefined): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const files = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return files.filter((file) => file.startsWith('pipe:'));
}

async function processesWith(text: string): Promise<number> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.startsWith(text)).length;
}

async function controlGroups(): Promise<string[]> {
  const folders = ['.', 'pids', 'memory', 'cpu'].map((name) => join('/sys/fs/cgroup', name));
  const found = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  const servers = [...new Set(found.flat())].filter((name) => name.startsWith('stepwell-'));
  const groups = servers.flatMap((server) =>
    folders.map((folder) => readdir(join(folder, server)).catch(() => [])),
  );
  return [...servers, ...(await Promise.all(groups)).flat()];
}
