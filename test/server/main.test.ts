import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { localLacks } from '../../docker/engines/local/provider.ts';
import { createConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/main.ts';
import { stepwellProgram } from '../stepwell.ts';
import { trajectoryIn } from '../trajectories.ts';
import { Wire } from './test-server.ts';

const lacks = await localLacks();
const home = mkdtempSync(join(tmpdir(), 'stepwell-home-'));
const env = { ...process.env, STEPWELL_HOME: home, XDG_RUNTIME_DIR: home };

beforeAll(() => {
  if (lacks.length > 0) console.warn(`the local engine cannot be tested here: ${lacks.join('; ')}`);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Surroundings {
  /** Text of a module that is loaded before it. */
  readonly preload?: string;
  /** Where it finds programs. */
  readonly path?: string;
}

/** `stepwell serve` as a process of its own, once it is ready. */
async function serveIn({ preload = '', path }: Surroundings, ...flags: string[]) {
  const before = preload === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const argv = [...before, stepwellProgram(), 'serve', '--runtime=local', '--port=0', ...flags];
  const child = spawn(process.execPath, argv, {
    env: path === undefined ? env : { ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  const errors: string[] = [];
  const output = createInterface(child.stdout);
  output.on('line', (line) => lines.push(line));
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  await Promise.race([new Promise((resolve) => output.once('line', resolve)), exited]);
  const url = /http:\/\/\S+/.exec(lines[0] ?? '')?.[0] ?? '';
  return { child, errors, exited, lines, url };
}

const serve = (...flags: string[]) => serveIn({}, ...flags);

test('a port in use is reported before an engine is chosen', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  vi.stubEnv('DOCKER_HOST', 'unix:///nowhere/docker.sock');
  const start = (onPort: number) => startServer(createConfig({ runtime: 'docker', port: onPort }), { env });
  await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
  await once(other, 'close');
  await expect(start(port)).rejects.toThrow(/Docker/);
  vi.unstubAllEnvs();
});

test.skipIf(lacks.length > 0)(
  'a server started in the process plays an episode and leaves nothing',
  async () => {
    const config = createConfig({ port: 0, runtime: 'local', pool: { 'bash-v1': 1 }, log_level: 'error' });
    const server = await startServer(config, { env });
    const wire = await Wire.connect(`${server.url}/v1`);
    const id = await wire.reset({ environment: 'bash-v1', episode_id: 'here', task: 0 });
    const { observation } = await wire.result('episode/step', { episode_id: id, action: 'echo $((6 * 7))' });
    expect(observation).toMatchObject({ output: '42\n', exit_code: 0 });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
      'stepwell_sandboxes{state="leased"} 1',
    );
    wire.socket.close();
    await server.close();
    const log = readFileSync(trajectoryIn(join(home, 'trajectories'), 'here'), 'utf8');
    expect(log).toContain('"output":"42\\n"');
    await expect(fetch(server.url)).rejects.toThrow();
  },
);

test.skipIf(lacks.length > 0)(
  'SIGTERM lets a running step finish, then ends the process with status 0',
  async () => {
    const { child, exited, lines, url } = await serve('--pool=bash-v1=1');
    expect(lines).toEqual([`stepwell: ready on ${url} (local, layer isolation; bash-v1 1 warm)`]);
    const wire = await Wire.connect(`${url}/v1`);
    const id = await wire.reset({ environment: 'bash-v1', task: 0 });
    wire.request('episode/step', { episode_id: id, action: 'sleep 1; echo finished' });
    // Once this is answered, the step before it has begun.
    await wire.result('episode/state', { episode_id: id });
    child.kill('SIGTERM');
    expect(await wire.answer()).toMatchObject({ result: { observation: { output: 'finished\n' } } });
    expect(await wire.closed).toBe(1001);
    expect(await exited).toBe(0);
    const last = readFileSync(trajectoryIn(join(home, 'trajectories'), id), 'utf8')
      .trimEnd()
      .split('\n')
      .at(-1);
    expect(JSON.parse(last ?? '')).toMatchObject({ event: 'close', reason: 'shutdown' });
  },
);

test.skipIf(lacks.length > 0)('the start says what the numbers of sandboxes mean', async () => {
  const { child, errors, exited } = await serve('--pool=bash-v1=1', '--pool-max=1');
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  const told = errors.find((line) => line.startsWith('stepwell:'));
  expect(told).toMatch(/at most 1 sandboxes.*kept warm.*bash-v1 1.*idle warm sandboxes give way/);
});

test.skipIf(lacks.length > 0)(
  'SIGTERM gives up the image that is being built, and answers those who wait for it',
  { timeout: 40_000 },
  async () => {
    const folder = join(home, 'endless');
    const programs = join(home, 'programs');
    for (const one of [folder, programs]) mkdirSync(one, { recursive: true });
    writeFileSync(join(folder, 'tasks.jsonl'), '{"id":"a","instruction":"show it","gold":"cat /note"}\n');
    writeFileSync(join(folder, 'tree.tar'), 'what its program makes of it takes for ever');
    // In the place of the program that unpacks a tree.
    const pids = join(home, 'pids');
    const tar = `#!/bin/bash\nsleep 300 &\necho $$ $! > ${pids}.new; mv ${pids}.new ${pids}\nwait\n`;
    writeFileSync(join(programs, 'tar'), tar, { mode: 0o755 });
    const path = `${programs}:${process.env.PATH}`;
    const { child, exited, url } = await serveIn({ path }, '--pool=bash-v1=1', `--dataset=endless=${folder}`);
    const wire = await Wire.connect(`${url}/v1`);
    for (let n = 0; n < 3; n += 1) {
      wire.request('episode/reset', { environment: 'bash-v1', dataset: 'endless' });
    }
    await expect.poll(() => existsSync(pids), { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    for (let n = 0; n < 3; n += 1) {
      expect(await wire.answer()).toMatchObject({ error: { data: { name: 'shutting_down' } } });
    }
    expect(await wire.closed).toBe(1001);
    expect(await exited).toBe(0);
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) {
      expect(existsSync(`/proc/${pid}/cwd`)).toBe(false);
    }
    expect(readdirSync(join(home, 'images')).filter((name) => name.startsWith('.endless'))).toEqual([]);
  },
);

const FAULTS = `process.on('SIGUSR2', () => {
  Promise.reject(new Error('rejected by nobody'));
  setImmediate(() => { throw new Error('thrown by nobody'); });
});`;

test.skipIf(lacks.length > 0)('a fault that nothing caught is logged, and ends no episode', async () => {
  const { child, errors, exited, url } = await serveIn({ preload: FAULTS }, '--pool=bash-v1=1');
  const wire = await Wire.connect(`${url}/v1`);
  const id = await wire.reset({ environment: 'bash-v1', task: 0 });
  const told = (words: string) => errors.filter((line) => line.includes(words)).length;
  for (let n = 1; n <= 3; n += 1) {
    child.kill('SIGUSR2');
    await expect.poll(() => [told('rejected by nobody'), told('thrown by nobody')]).toEqual([n, n]);
    const { observation } = await wire.result('episode/step', { episode_id: id, action: `echo ${n}` });
    expect(observation).toMatchObject({ output: `${n}\n` });
  }
  child.kill('SIGTERM');
  expect(await wire.closed).toBe(1001);
  expect(await exited).toBe(0);
});

test('settings that conflict are reported before anything starts', async () => {
  const config = createConfig({ port: 0, dataset: { none: '/does/not/exist' }, log_level: 'silent' });
  await expect(startServer(config, { env })).rejects.toThrow('/does/not/exist');
  const unknown = createConfig({ port: 0, pool: { 'none-v1': 1 }, log_level: 'silent' });
  await expect(startServer(unknown, { env })).rejects.toThrow('--pool none-v1=1');
  const image = createConfig({ port: 0, image: { none: 'mine' } });
  await expect(startServer(image, { env })).rejects.toThrow('--image none=mine');
});

test.skipIf(lacks.length > 0)(
  'the image of a dataset is built at its first use, once, and told where it cannot be',
  async () => {
    const folder = join(home, 'sets');
    for (const name of ['used', 'broken', 'idle']) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(
        join(folder, name, 'tasks.jsonl'),
        '{"id":"a","instruction":"show it","gold":"cat /note"}\n',
      );
    }
    writeFileSync(join(folder, 'note'), 'from the tree\n');
    for (const name of ['used', 'idle']) {
      execFileSync('tar', ['-cf', join(folder, name, 'tree.tar'), '-C', folder, 'note']);
    }
    writeFileSync(join(folder, 'broken/tree.tar'), 'no tar file at all');
    const dataset = Object.fromEntries(['used', 'broken', 'idle'].map((name) => [name, join(folder, name)]));
    const config = createConfig({
      port: 0,
      runtime: 'local',
      pool: { 'bash-v1': 1 },
      log_level: 'silent',
      dataset,
    });
    const told: string[] = [];
    const server = await startServer(config, { env, onBuild: (image) => told.push(image) });
    try {
      expect(told).toEqual([]);
      const wire = await Wire.connect(`${server.url}/v1`);
      for (let n = 0; n < 3; n += 1) {
        wire.request('episode/reset', { environment: 'bash-v1', dataset: 'used', reward: 'every_step' });
      }
      const answers = [await wire.answer(), await wire.answer(), await wire.answer()];
      const [first] = answers.map(({ result }) => result as { episode_id: string; info: object });
      expect(first?.info).toMatchObject({ image: { name: 'used' } });
      expect(answers.map(({ result }) => result)).not.toContain(undefined);
      expect(told).toEqual(['used']);
      const step = { episode_id: first?.episode_id, action: 'cat /note' };
      expect(await wire.result('episode/step', step)).toMatchObject({
        observation: { output: 'from the tree\n' },
        reward: 1,
      });
      const refused = await wire.error('episode/reset', { environment: 'bash-v1', dataset: 'broken' });
      expect(refused.data).toMatchObject({ name: 'sandbox_unavailable' });
      expect(refused.message).toMatch(/Image "broken" cannot be used: tar failed .*tar/s);
      expect(told).not.toContain('idle');
      wire.socket.close();
    } finally {
      await server.close();
    }
  },
);

test.skipIf(lacks.length > 0)(
  'an environment that nobody keeps warm is made when it is first played',
  async () => {
    const config = createConfig({ port: 0, runtime: 'local', pool: { 'bash-v1': 1 }, log_level: 'silent' });
    const told: string[] = [];
    const server = await startServer(config, { env, onBuild: (image) => told.push(image) });
    try {
      expect(told).toEqual([]);
      const wire = await Wire.connect(`${server.url}/v1`);
      const id = await wire.reset({ environment: 'sql-v1', task: 0 });
      expect(new Set(told)).toEqual(new Set(['sql-built-in-sqlite']));
      const { observation } = await wire.result('episode/step', { episode_id: id, action: 'SELECT 42' });
      expect(observation).toMatchObject({ rows: [[42]] });
      wire.socket.close();
    } finally {
      await server.close();
    }
  },
);
