import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { type App, buildApp } from '../../../server/app.ts';
import { type ConfigInput, createConfig } from '../../../server/config/config.ts';
import { hashOf } from '../../../server/trajectory/log.ts';
import { trajectoryIn } from '../../trajectories.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { Wire } from '../test-server.ts';

const GRACE = 60_000;
let folder: string;
let apps: App[];
/** Marks of the servers that still run. */
let running: Set<string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepwell-left-'));
  apps = [];
  running = new Set();
});

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  rmSync(folder, { recursive: true, force: true });
});

interface Server {
  readonly fake: FakeEnvironment;
  readonly app: App;
  readonly mark: string;
  connect(): Promise<Wire>;
  metrics(): Promise<string>;
}

/** A server over the same trajectories as the others. A killed one is a server whose mark is gone. */
async function start(settings: ConfigInput = {}): Promise<Server> {
  const fake = new FakeEnvironment();
  const mark = `server-${apps.length}`;
  running.add(mark);
  const app = await buildApp({
    config: createConfig({ drain_timeout_ms: 2_000, grace_ms: GRACE, ...settings }),
    environments: [fake],
    trajectories: folder,
    log: pino({ level: 'silent' }),
    mark: { own: mark, since: Date.now(), isGone: async (other) => !running.has(other) },
  });
  apps.push(app);
  const url = await app.fastify.listen({ host: '127.0.0.1', port: 0 });
  return {
    fake,
    app,
    mark,
    connect: () => Wire.connect(`${url}/v1`),
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}

const step = (wire: Wire, episode_id: string, number: number, action: unknown) =>
  wire.result('episode/step', { episode_id, step: number, action });
const resume = (wire: Wire, resume_token: string) => wire.result('episode/resume', { resume_token });
const refused = (wire: Wire, resume_token: string) => wire.error('episode/resume', { resume_token });

/** An episode with these steps, on a server that is killed after them. */
async function leave(actions: readonly unknown[], options: object = {}) {
  const server = await start();
  const wire = await server.connect();
  const reset = await wire.result('episode/reset', { environment: 'fake-v1', seed: 1, ...options });
  const id = String(reset.episode_id);
  // A `wait go` of these steps waits only in the replay.
  server.fake.open('go');
  const made = [];
  for (const [index, action] of actions.entries()) made.push(await step(wire, id, index + 1, action));
  running.delete(server.mark);
  return { server, wire, id, token: String(reset.resume_token), made, path: trajectoryIn(folder, id) };
}

function eventsIn(path: string): Readonly<Record<string, unknown>>[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Claims of servers that are left beside the trajectories. */
function claimsIn(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('claim'));
}

test('an episode of a killed server is played again, and goes on in the same file', async () => {
  const { id, made, path, token } = await leave(['echo one', { code: 'echo two', metadata: { a: 1 } }]);
  const next = await start();
  const wire = await next.connect();
  const resumed = await resume(wire, token);
  expect(resumed).toMatchObject({ episode_id: id, status: 'ready', step_count: 2, exact: true });
  expect(resumed.last).toEqual(made[1]);
  expect(next.fake.plays.map(({ acted, task }) => [task.id, acted])).toEqual([
    ['task-1', ['echo one', 'echo two']],
  ]);
  expect(await step(wire, id, 1, 'echo one')).toEqual({ ...made[0], replayed: true });
  expect(await wire.error('episode/step', { episode_id: id, step: 2, action: 'other' })).toMatchObject({
    data: { name: 'step_mismatch', expected: 3 },
  });
  expect(await step(wire, id, 3, 'echo three')).toMatchObject({ step: 3, reward: null });
  expect(await step(wire, id, 4, { submit: true, answer: 'gold' })).toMatchObject({ reward: 1 });
  expect(eventsIn(path)).toMatchObject([
    { event: 'reset', server: 'server-0' },
    { event: 'step', step: 1 },
    { event: 'step', step: 2 },
    { event: 'resume', how: 'replay', after_step: 2, exact: true, server: 'server-1' },
    { event: 'step', step: 3 },
    { event: 'step', step: 4 },
    { event: 'close', steps: 4 },
  ]);
  expect(await next.metrics()).toContain('stepwell_resumes_total{environment="fake-v1",how="replay"} 1');
  expect(next.app.registry.openCount).toBe(0);
});

test('an observation that differs makes it inexact, also for later claims', async () => {
  const { path, token } = await leave(['echo one']);
  const text = readFileSync(path, 'utf8');
  const recorded = hashOf({ exit_code: 0, output: 'one\n' });
  const other = text.replace(recorded, hashOf({ exit_code: 0, output: 'another\n' }));
  expect(other).not.toBe(text);
  truncateSync(path);
  appendFileSync(path, other);
  const next = await start();
  expect(await resume(await next.connect(), token)).toMatchObject({ exact: false });
  expect(await resume(await next.connect(), token)).toMatchObject({ exact: false });
  expect(eventsIn(path).slice(-2)).toMatchObject([
    { event: 'resume', how: 'replay', exact: false },
    { event: 'resume', how: 'socket', exact: false },
  ]);
});

test('steps that were taken back, grades between steps and turns on request are played as they were', async () => {
  const server = await start();
  const wire = await server.connect();
  const options = { environment: 'fake-v1', max_turns: 3, extend_steps: 2, turn_reminder: true };
  const { episode_id, resume_token } = await wire.result('episode/reset', options);
  const id = String(episode_id);
  await step(wire, id, 1, 'echo gold');
  await step(wire, id, 2, 'echo wrong');
  await wire.result('episode/undo', { episode_id: id });
  await wire.result('episode/evaluate', { episode_id: id });
  await step(wire, id, 2, { extend: 2 });
  running.delete(server.mark);
  const next = await start();
  const other = await next.connect();
  expect(await resume(other, String(resume_token))).toMatchObject({ step_count: 2, exact: true });
  expect(next.fake.plays[0]).toMatchObject({ acted: ['echo gold'], gradings: [{ final: false }] });
  expect(await other.result('episode/state', { episode_id: id })).toMatchObject({ last_reward: 1 });
  expect(await step(other, id, 1, 'echo gold')).toMatchObject({ replayed: true });
  expect(await step(other, id, 2, { extend: 2 })).toMatchObject({ replayed: true });
  expect(await step(other, id, 3, 'echo on')).toMatchObject({ observation: { turns_left: 2 } });
});

test('a line that the kill has cut is no step: its number is made again', async () => {
  const { id, path, token } = await leave(['echo one', 'echo two']);
  truncateSync(path, readFileSync(path).length - 5);
  const wire = await (await start()).connect();
  expect(await resume(wire, token)).toMatchObject({ step_count: 1 });
  expect(await step(wire, id, 2, 'echo instead')).toMatchObject({ observation: { output: 'instead\n' } });
  expect(eventsIn(path).map(({ event }) => event)).toEqual(['reset', 'step', 'resume', 'step']);
});

test.each([
  ['in its step', false],
  ['in its step, and its file is closed', true],
])('an episode that had ended %s is told, without a sandbox', async (_, closed) => {
  const { id, made, path, token } = await leave(['echo a', { submit: true, answer: 'gold' }]);
  const text = readFileSync(path, 'utf8');
  if (!closed) truncateSync(path, Buffer.byteLength(text.slice(0, text.indexOf('{"event":"close"'))));
  const next = await start();
  const wire = await next.connect();
  expect(await resume(wire, token)).toMatchObject({ status: 'over', step_count: 2, last: made[1] });
  expect(await step(wire, id, 2, { submit: true, answer: 'gold' })).toEqual({ ...made[1], replayed: true });
  expect(await wire.error('episode/step', { episode_id: id, step: 3, action: 'ls' })).toMatchObject({
    data: { name: 'episode_over', reason: 'terminated' },
  });
  expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({ last_reward: 1 });
  expect(next.fake.plays).toEqual([]);
  expect(next.app.registry.openCount).toBe(0);
  await expect.poll(() => readFileSync(path, 'utf8').match(/"event":"close"/g)).toHaveLength(1);
});

test('time that passed while no server ran counts for max_duration_ms', async () => {
  const { id, path, token } = await leave(['echo one'], { max_duration_ms: 30_000 });
  const [reset, ...others] = readFileSync(path, 'utf8').split('\n');
  const event = JSON.parse(reset ?? '');
  event.time = new Date(Date.parse(event.time) - 31_000).toISOString();
  truncateSync(path);
  appendFileSync(path, [JSON.stringify(event), ...others].join('\n'));
  const next = await start();
  const wire = await next.connect();
  await resume(wire, token);
  expect(await step(wire, id, 2, 'echo late')).toMatchObject({ truncated: true, info: { limit: 'time' } });
  expect(next.fake.plays[0]?.acted).toEqual(['echo one']);
});

test('an episode whose server still runs, or that was closed, is not found', async () => {
  const { id, path, server, token, wire } = await leave(['echo one']);
  running.add(server.mark);
  const next = await start();
  const other = await next.connect();
  expect(await refused(other, token)).toMatchObject({ data: { name: 'episode_not_found' } });
  await wire.result('episode/close', { episode_id: id });
  running.delete(server.mark);
  expect(await refused(other, token)).toMatchObject({ data: { name: 'episode_not_found' } });
  expect(next.fake.plays).toEqual([]);
  expect(eventsIn(path).at(-1)).toMatchObject({ event: 'close', reason: 'client' });
});

test('an episode whose server gave no sign of life within the grace time is not found', async () => {
  const { path, token } = await leave(['echo one']);
  const wire = await (await start()).connect();
  const long = new Date(Date.now() - 2 * GRACE);
  utimesSync(path, long, long);
  expect(await refused(wire, token)).toMatchObject({
    data: { name: 'episode_not_found', grace_ms: GRACE },
  });
});

test('the age of an episode counts from its server, not from its last line', async () => {
  const { id, path, token } = await leave(['echo one']);
  const long = new Date(Date.now() - 10 * GRACE).toISOString();
  const text = readFileSync(path, 'utf8').replaceAll(/"time":"[^"]+"/g, `"time":"${long}"`);
  truncateSync(path);
  appendFileSync(path, text);
  const wire = await (await start()).connect();
  expect(await resume(wire, token)).toMatchObject({ episode_id: id, step_count: 1, exact: true });
});

test('a server touches the trajectories of its open episodes, and no others', async () => {
  const server = await start({ grace_ms: 1 });
  const wire = await server.connect();
  const [open, over] = [await wire.reset(), await wire.reset()];
  await wire.result('episode/close', { episode_id: over });
  const long = new Date(Date.now() - 10 * GRACE);
  for (const id of [over, open]) utimesSync(trajectoryIn(folder, id), long, long);
  const timeOf = (id: string): number => statSync(trajectoryIn(folder, id)).mtimeMs;
  await expect.poll(() => timeOf(open), { timeout: 10_000 }).toBeGreaterThan(Date.now() - GRACE);
  expect(timeOf(over)).toBeLessThan(Date.now() - GRACE);
});

test('the age of a fork does not count from the steps of the other episode', async () => {
  const server = await start();
  const wire = await server.connect();
  const { episode_id } = await wire.result('episode/reset', { environment: 'fake-v1' });
  await step(wire, String(episode_id), 1, 'echo one');
  const { episodes } = await wire.result('episode/fork', { episode_id });
  const [fork] = episodes as { episode_id: string; resume_token: string }[];
  running.delete(server.mark);
  const path = trajectoryIn(folder, String(fork?.episode_id));
  const old = new Date(Date.now() - 2 * GRACE).toISOString();
  const lines = eventsIn(path).map((event) => (event.event === 'step' ? { ...event, time: old } : event));
  truncateSync(path);
  appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const other = await (await start()).connect();
  expect(await resume(other, String(fork?.resume_token))).toMatchObject({ step_count: 1, exact: true });
  const again = await step(other, String(fork?.episode_id), 1, 'echo one');
  expect(again).toMatchObject({ observation: { output: 'one\n' }, replayed: true });
});

test('two claims at once play it again once; one has it, and the other is told', async () => {
  const { id, token } = await leave(['wait go']);
  const next = await start();
  const [one, two] = [await next.connect(), await next.connect()];
  const told = [one, two].map(({ socket }) => {
    const kinds: string[] = [];
    socket.on('message', (data) => kinds.push(String(JSON.parse(data.toString()).method ?? 'answer')));
    return kinds;
  });
  for (const wire of [one, two]) wire.request('episode/resume', { resume_token: token });
  await next.fake.reached('go');
  next.fake.open('go');
  await expect.poll(() => told.flat().sort()).toEqual(['answer', 'answer', 'episode/moved']);
  const has = told[0]?.length === 1 ? one : two;
  expect(next.fake.plays).toHaveLength(1);
  has.request('episode/step', { episode_id: id, step: 2, action: 'echo mine' });
  await has.answer();
  expect(await has.answer()).toMatchObject({ result: { step: 2 } });
});

test('one of two servers over a folder plays it again, and the other leaves its file alone', async () => {
  const { id, path, token } = await leave(['wait go']);
  const [one, two] = [await start(), await start()];
  const first = await one.connect();
  first.request('episode/resume', { resume_token: token });
  await one.fake.reached('go');
  expect(await refused(await two.connect(), token)).toMatchObject({ data: { name: 'episode_not_found' } });
  one.fake.open('go');
  expect(await first.answer()).toMatchObject({ result: { step_count: 1, exact: true } });
  await step(first, id, 2, 'echo mine');
  expect(await refused(await two.connect(), token)).toMatchObject({ data: { name: 'episode_not_found' } });
  expect(two.fake.plays).toEqual([]);
  const kinds = eventsIn(path).map(({ event }) => event);
  expect(kinds).toEqual(['reset', 'step', 'resume', 'step']);
  expect(claimsIn()).toEqual([]);
});

test('a server that was killed in mid-replay does not keep the next one from it', async () => {
  const { id, path, token } = await leave(['echo one']);
  symlinkSync('a-server-that-has-gone', `${path}.claim-0`);
  const wire = await (await start()).connect();
  expect(await resume(wire, token)).toMatchObject({ episode_id: id, step_count: 1 });
  expect(claimsIn()).toEqual([]);
});

test('a file that was changed during the replay is left as it is, and its sandbox is released', async () => {
  const { path, token } = await leave(['wait go']);
  const next = await start();
  const wire = await next.connect();
  wire.request('episode/resume', { resume_token: token });
  await next.fake.reached('go');
  appendFileSync(path, 'more');
  const text = readFileSync(path, 'utf8');
  next.fake.open('go');
  expect(await wire.answer()).toMatchObject({ error: { data: { name: 'episode_not_found' } } });
  expect(readFileSync(path, 'utf8')).toBe(text);
  await expect.poll(() => next.fake.plays[0]?.released).toBe(1);
  expect(next.app.registry.openCount).toBe(0);
});

test('a claimant that drops in mid-replay leaves the episode to the next one', async () => {
  const { id, token } = await leave(['wait go']);
  const next = await start();
  const one = await next.connect();
  one.request('episode/resume', { resume_token: token });
  await next.fake.reached('go');
  one.socket.terminate();
  const two = await next.connect();
  two.request('episode/resume', { resume_token: token });
  next.fake.open('go');
  expect(await two.answer()).toMatchObject({ result: { step_count: 1, exact: true } });
  expect(await step(two, id, 2, 'echo mine')).toMatchObject({ step: 2 });
  expect(next.fake.plays).toHaveLength(1);
});

test('a reopened episode that nobody takes ends with the grace time', async () => {
  const { token } = await leave(['wait go']);
  const next = await start({ grace_ms: 1_000 });
  const one = await next.connect();
  one.request('episode/resume', { resume_token: token });
  await next.fake.reached('go');
  one.socket.terminate();
  await expect.poll(() => next.app.fastify.websocketServer.clients.size).toBe(0);
  next.fake.open('go');
  await expect.poll(() => next.fake.plays[0]?.released, { timeout: 10_000 }).toBe(1);
  expect(next.app.registry.openCount).toBe(0);
});

test('a drain in mid-replay answers the claimant, and leaves nothing', async () => {
  const { token } = await leave(['wait go']);
  const next = await start();
  const wire = await next.connect();
  wire.request('episode/resume', { resume_token: token });
  await next.fake.reached('go');
  await next.app.registry.drain(0);
  expect(await wire.answer()).toMatchObject({ error: { data: { name: 'shutting_down' } } });
  await expect.poll(() => next.fake.plays[0]?.released).toBeGreaterThan(0);
  expect(next.app.registry.openCount).toBe(0);
});

test('a claim without a sandbox for it is refused as a reset is, and a later one succeeds', async () => {
  const { id, token } = await leave(['echo one']);
  const next = await start();
  const wire = await next.connect();
  next.fake.failReset = new SandboxError('capacity', 'Full.');
  expect(await refused(wire, token)).toMatchObject({
    data: { name: 'capacity', retryable: true, mask_sample: true },
  });
  expect(next.app.registry.openCount).toBe(0);
  expect(await resume(wire, token)).toMatchObject({ step_count: 1, exact: true });
  expect(await step(wire, id, 2, 'echo two')).toMatchObject({ step: 2 });
});

test('without a mark, or without trajectories of before, a token is unknown', async () => {
  const wire = await (await start()).connect();
  expect(await refused(wire, 'x'.repeat(22))).toMatchObject({ data: { name: 'episode_not_found' } });
});
