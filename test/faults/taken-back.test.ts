import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { controlSocketName } from '../../docker/engines/control-socket.ts';
import { controlPath } from '../../docker/labels.ts';
import { encodeFrame } from '../../docker/link/frames.ts';
import { BUILD_MS, dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import type { Wire } from '../server/test-server.ts';
import { leftBy, runFoldersIn, trajectoryOf } from './leaks.ts';
import { asleepIn, containersOf } from './sandboxes.ts';
import { Home, LONG_SLEEP, Served, type ServedOptions, task } from './served.ts';

const UUID = /^[0-9a-f-]{36}$/m;
const uuid = 'cat /proc/sys/kernel/random/uuid';

/** Several servers start one after the other, in milliseconds. */
const TIMEOUT_MS = 300_000;

/** An episode as a client knows it when its server is killed. */
interface Left {
  readonly id: string;
  readonly token: string;
}

async function begin(wire: Wire, options: object): Promise<Left> {
  const { episode_id, resume_token } = await wire.result('episode/reset', options);
  return { id: String(episode_id), token: String(resume_token) };
}

const step = (wire: Wire, { id }: Left, number: number, action: unknown) =>
  wire.result('episode/step', { episode_id: id, step: number, action });

const outputOf = (result: object): string => String(Object(result).observation.output).trim();

const resume = (wire: Wire, { token }: Left) => wire.result('episode/resume', { resume_token: token });

const missing = await dockerMissing();

describeUnless(missing, 'a sandbox whose server is killed', () => {
  const home = new Home();
  const docker = new Docker();
  const running: Served[] = [];

  async function start(options: Partial<ServedOptions> = {}): Promise<Served> {
    const flags = ['--grace-ms=120000', '--step-timeout-ms=40000', ...(options.flags ?? [])];
    const served = await Served.start({ runtime: 'docker', home, ...options, flags });
    running.push(served);
    return served;
  }

  /** Sandboxes whose keys the next server has. */
  const held = (): string[] => readdirSync(join(home.path, 'held'));

  /** How an episode was resumed, by its trajectory. */
  const howOf = ({ id }: Left) =>
    trajectoryOf(home, id).flatMap((event) => (event.event === 'resume' ? [event.how] : []));

  let images: Served | undefined;
  beforeAll(async () => {
    images = await start({ flags: ['--pool=bash-v1=1,sql-v1=1,python-v1=1'] });
    await images.stop();
  }, BUILD_MS);
  afterAll(async () => {
    await Promise.all(running.map((served) => served.stop()));
    home.remove();
  });

  it('goes on with its session in one of two servers, whatever it was doing', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const victim = await start({ flags: ['--pool=bash-v1=4,sql-v1=1,python-v1=1'] });
    const wire = await victim.connect();
    const bash = await begin(wire, task('easy'));
    const kept = outputOf(await step(wire, bash, 1, `v=$(${uuid}); f() { echo "$v"; }; cd /tmp; f`));
    expect(kept).toMatch(UUID);
    await step(wire, bash, 2, `sleep ${LONG_SLEEP} & p=$!`);
    const sql = await begin(wire, { environment: 'sql-v1', seed: 1 });
    await step(wire, sql, 1, 'BEGIN');
    await step(wire, sql, 2, 'CREATE TABLE kept AS SELECT abs(random()) AS x');
    const rows = outputOf(await step(wire, sql, 3, 'SELECT x FROM kept'));
    const python = await begin(wire, { environment: 'python-v1', seed: 1 });
    const object = outputOf(await step(wire, python, 1, 'kept = object(); print(kept)'));
    const ended = await begin(wire, task('easy'));
    const sleeping = await begin(wire, task('easy'));
    const graded = await begin(wire, task('slow-gold'));
    const wires = await Promise.all([victim.connect(), victim.connect(), victim.connect()]);
    const endedAction = { code: `echo x >> /tmp/count; sleep 1; ${uuid}` };
    const sleepingAction = { code: `echo x >> /tmp/count; sleep ${LONG_SLEEP}`, timeout_ms: 15_000 };
    await step(wire, graded, 1, 'echo x >> /tmp/count');
    // Each socket has its episode, so that the steps run at the same time.
    for (const [index, left] of [ended, sleeping, graded].entries()) {
      await wires[index]?.result('episode/resume', { resume_token: left.token });
    }
    wires[0]?.request('episode/step', { episode_id: ended.id, step: 1, action: endedAction });
    wires[1]?.request('episode/step', { episode_id: sleeping.id, step: 1, action: sleepingAction });
    wires[2]?.request('episode/step', { episode_id: graded.id, step: 2, action: { submit: true } });
    await asleepIn(victim);
    await expect.poll(() => sleepers(victim), { timeout: 20_000 }).toBe(3);
    await victim.kill();

    const [one, two] = await Promise.all([start(), start()]);
    const [first, second] = await Promise.all([one.connect(), two.connect()]);
    const all = [bash, sql, python, ended, sleeping, graded];
    const claimed = await Promise.all(
      all.map(async (left) => {
        const [a, b] = await Promise.all([one.connect(), two.connect()]);
        const asked = await Promise.allSettled([resume(a, left), resume(b, left)]);
        const got = asked.flatMap((answer, index) =>
          answer.status === 'fulfilled'
            ? [{ ...answer.value, wire: index === 0 ? a : b, by: index === 0 ? one : two }]
            : [],
        );
        expect(got).toHaveLength(1);
        return got[0];
      }),
    );
    first.socket.close();
    second.socket.close();
    expect(claimed.map((each) => Object(each).exact)).toEqual(all.map(() => true));
    expect(all.map(howOf).map((how) => how.at(-1))).toEqual(all.map(() => 'sandbox'));
    const wireOf = (left: Left): Wire => {
      const found = claimed[all.indexOf(left)]?.wire;
      if (found === undefined) throw new Error('nobody has it');
      return found;
    };

    // A variable, a function, a folder, a process.
    const on = await step(wireOf(bash), bash, 3, 'f; pwd; kill -0 $p && jobs -p | grep -c "^$p$"');
    expect(outputOf(on)).toBe(`${kept}\n/tmp\n1`);
    expect(await step(wireOf(bash), bash, 4, 'echo 1 > /tmp/one')).toMatchObject({ failure: null });
    expect(await step(wireOf(bash), bash, 5, { submit: true })).toMatchObject({ reward: 1 });
    // An open transaction.
    expect(outputOf(await step(wireOf(sql), sql, 4, 'SELECT x FROM kept'))).toBe(rows);
    await step(wireOf(sql), sql, 5, 'ROLLBACK');
    expect(outputOf(await step(wireOf(sql), sql, 6, 'SELECT x FROM kept'))).toContain('no such table');
    // An object.
    expect(outputOf(await step(wireOf(python), python, 2, 'print(kept)'))).toBe(object);
    // A step that ended while no server was there, and one that still runs: once, under their numbers.
    const answer = await step(wireOf(ended), ended, 1, endedAction);
    expect(outputOf(answer)).toMatch(UUID);
    const other = await wireOf(ended).error('episode/step', { episode_id: ended.id, step: 1, action: 'ls' });
    expect(other.data).toMatchObject({ name: 'step_mismatch' });
    expect(outputOf(await step(wireOf(ended), ended, 2, 'wc -l < /tmp/count'))).toBe('1');
    const late = await step(wireOf(sleeping), sleeping, 1, sleepingAction);
    expect(late).toMatchObject({ step: 1, observation: { timed_out: true }, failure: null });
    expect(outputOf(await step(wireOf(sleeping), sleeping, 2, 'wc -l < /tmp/count'))).toBe('1');
    // A grade: its gold sleeps in the next server.
    const by = claimed[all.indexOf(graded)]?.by;
    await asleepIn(by ?? victim);
    expect(howOf(graded).at(-1)).toBe('sandbox');

    for (const left of all) await wireOf(left).result('episode/close', { episode_id: left.id });
    await expect.poll(() => containersOf(victim), { timeout: 30_000 }).toEqual([]);
    await Promise.all([one.stop(), two.stop()]);
  });

  /** An episode with a value that no replay can make again, whose server is killed. */
  async function leave(flags: readonly string[] = []) {
    const victim = await start({ flags: ['--pool=bash-v1=1', ...flags] });
    const wire = await victim.connect();
    const left = await begin(wire, task('easy'));
    const kept = outputOf(await step(wire, left, 1, `v=$(${uuid}); echo "$v" | tee /tmp/kept`));
    const [container] = await containersWith(victim, left);
    const folders = runFoldersIn(home);
    await victim.kill();
    return { victim, left, kept, container, folders };
  }

  /** The container of an episode. */
  async function containersWith(served: Served, { id }: Left): Promise<string[]> {
    const [reset] = trajectoryOf(home, id);
    const reference = reset?.event === 'reset' ? (reset.sandbox ?? '') : '';
    const found = (await containersOf(served)).map((one) => one.id);
    expect(found).toContain(reference.split('/')[0]);
    return found.filter((one) => reference.startsWith(one));
  }

  it('ends itself with the grace time, and nothing of it is left', { timeout: TIMEOUT_MS }, async () => {
    const { victim, folders } = await leave(['--grace-ms=4000']);
    expect(held()).not.toEqual([]);
    const next = await start({ flags: ['--pool=bash-v1=1', '--grace-ms=4000'] });
    await expect.poll(() => leftBy(victim, folders), { timeout: 40_000, interval: 500 }).toEqual([]);
    await expect.poll(held, { timeout: 20_000 }).toHaveLength(await sandboxesOf(next));
    await next.stop();
    expect(held()).toEqual([]);
  });

  it('that ends meanwhile is made again by a replay', { timeout: TIMEOUT_MS }, async () => {
    const { left, container, kept } = await leave();
    await docker.getContainer(container ?? '').kill();
    const next = await start({ flags: ['--pool=bash-v1=1'] });
    const wire = await next.connect();
    expect(await resume(wire, left)).toMatchObject({ step_count: 1, exact: false });
    expect(outputOf(await step(wire, left, 2, 'echo "$v"'))).not.toBe(kept);
    expect(howOf(left)).toEqual(['replay']);
    await next.stop();
  });

  it('goes to no server without its key', { timeout: TIMEOUT_MS }, async () => {
    const { left, container, kept } = await leave();
    const { Mounts } = await docker.getContainer(container ?? '').inspect();
    const folder = Mounts.find(({ Destination }) => Destination === controlPath)?.Source ?? '';
    // The wrong key, and no request at all: it ends the connection, and looks for another server.
    for (const frame of [
      encodeFrame({ id: 1, op: 'attach', key: 'x' }),
      encodeFrame({ id: 1, op: 'ping' }),
    ]) {
      const { connected, close } = await listening(folder);
      const socket = await connected;
      let answer = '';
      socket.on('data', (data) => {
        answer += data.toString();
      });
      socket.write(frame);
      await new Promise((resolve) => socket.once('close', resolve));
      close();
      expect(answer).toBe('');
    }
    // A server with another state folder has neither its trajectory nor its key, and leaves it alone.
    const stranger = new Home();
    const other = await Served.start({
      runtime: 'docker',
      home: stranger,
      flags: ['--pool=bash-v1=1', '--grace-ms=120000'],
      env: { XDG_RUNTIME_DIR: home.path },
    });
    const wire = await other.connect();
    expect((await wire.error('episode/resume', { resume_token: left.token })).data).toMatchObject({
      name: 'episode_not_found',
    });
    await other.stop();
    stranger.remove();
    const next = await start({ flags: ['--pool=bash-v1=1'] });
    const own = await next.connect();
    expect(await resume(own, left)).toMatchObject({ step_count: 1, exact: true });
    expect(outputOf(await step(own, left, 2, 'echo "$v"'))).toBe(kept);
    // A second death: the sandbox goes on to a third server.
    await next.kill();
    const third = await start({ flags: ['--pool=bash-v1=1'] });
    const again = await third.connect();
    expect(await resume(again, left)).toMatchObject({ step_count: 2, exact: true });
    expect(outputOf(await step(again, left, 3, 'echo "$v"'))).toBe(kept);
    expect(howOf(left)).toEqual(['sandbox', 'sandbox']);
    await third.stop();
    expect(held()).toEqual([]);
  });

  /** Containers of a server in which a long sleep is under way. */
  async function sleepers(served: Served): Promise<number> {
    const found = await containersOf(served);
    const tops = await Promise.all(found.map(({ id }) => docker.getContainer(id).top()));
    return tops.filter((top) => JSON.stringify(top).includes(LONG_SLEEP)).length;
  }

  async function sandboxesOf(served: Served): Promise<number> {
    return (await containersOf(served)).length;
  }
});

/** Listen where a runner looks for a server. */
async function listening(folder: string): Promise<{ connected: Promise<Socket>; close: () => void }> {
  const path = join(folder, controlSocketName);
  rmSync(path, { force: true });
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o666);
  const close = (): void => {
    server.close();
    rmSync(path, { force: true });
  };
  return { connected, close };
}
