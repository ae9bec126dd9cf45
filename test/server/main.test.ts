import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineFacts } from '../../docker/engine-choice.ts';
import { createConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';
import { Wire } from './test-server.ts';

const lacks = await machineFacts(new Docker()).local();
const home = mkdtempSync(join(tmpdir(), 'stepwell-home-'));
const env = { ...process.env, STEPWELL_HOME: home, XDG_RUNTIME_DIR: home };

beforeAll(() => {
  if (lacks.length > 0) console.warn(`the local engine cannot be tested here: ${lacks.join('; ')}`);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** `stepwell serve` as a process of its own, once it is ready. */
async function serve(...flags: string[]) {
  const program = join(import.meta.dirname, '../../clients/cli/stepwell.ts');
  const argv = ['--import', 'tsx', program, 'serve', '--runtime=local', '--port=0', ...flags];
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  const output = createInterface(child.stdout);
  output.on('line', (line) => lines.push(line));
  await Promise.race([new Promise((resolve) => output.once('line', resolve)), exited]);
  const url = /http:\/\/\S+/.exec(lines[0] ?? '')?.[0] ?? '';
  return { child, exited, lines, url };
}

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
    const log = readFileSync(join(home, 'trajectories/here.jsonl'), 'utf8');
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
    const [file] = readdirSync(join(home, 'trajectories')).filter((name) => name.startsWith(id));
    const last = readFileSync(join(home, 'trajectories', file ?? ''), 'utf8')
      .trimEnd()
      .split('\n')
      .at(-1);
    expect(JSON.parse(last ?? '')).toMatchObject({ event: 'close', reason: 'shutdown' });
  },
);

test('settings that stand in the way are told before anything starts', async () => {
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
