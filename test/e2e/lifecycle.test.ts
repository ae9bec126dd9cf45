import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { Wire } from '../server/test-server.ts';
import { stepwellProgram } from '../stepwell.ts';
import { trajectoryIn } from '../trajectories.ts';

for (const under of await engineCases()) {
  const runtime = under.name === 'docker' ? 'docker' : 'local';

  describeUnless(under.missing, `a server and its clients, on the ${runtime} engine`, () => {
    const home = mkdtempSync(join(tmpdir(), 'stepwell-home-'));
    const env = { ...process.env, STEPWELL_HOME: home, XDG_RUNTIME_DIR: home };
    const wires: Wire[] = [];
    /** Run folders of servers when they were first looked for: processes may outlive them. */
    const seen = new Map<number, string[]>();
    let server: RunningServer;

    beforeAll(async () => {
      const config = createConfig({
        port: 0,
        runtime,
        pool: { 'bash-v1': 2 },
        pool_max: 2,
        log_level: 'silent',
        heartbeat_interval_ms: 50,
        heartbeat_timeout_ms: 250,
        grace_ms: 0,
        max_buffered_bytes: 65_536,
        slow_reader_timeout_ms: 300,
      });
      server = await startServer(config, { env });
    }, BUILD_MS);
    afterEach(() => {
      for (const { socket } of wires.splice(0)) socket.terminate();
    });
    afterAll(async () => {
      await server?.close();
      rmSync(home, { recursive: true, force: true });
    });

    async function connect(): Promise<Wire> {
      const wire = await Wire.connect(`${server.url}/v1`);
      wires.push(wire);
      return wire;
    }

    async function metrics(): Promise<string> {
      return (await fetch(`${server.url}/metrics`)).text();
    }

    async function leased(): Promise<string | undefined> {
      return /^stepwell_sandboxes\{state="leased"\} (\d+)$/m.exec(await metrics())?.[1];
    }

    /** Every sandbox is free again, and both can be had. */
    async function allAreFree(): Promise<void> {
      await expect.poll(leased, { timeout: 10_000 }).toBe('0');
      const wire = await connect();
      for (const _ of [1, 2]) {
        const id = await wire.reset({ environment: 'bash-v1', task: 0 });
        const { observation } = await wire.result('episode/step', { episode_id: id, action: 'echo free' });
        expect(observation).toMatchObject({ output: 'free\n' });
      }
    }

    it('whose socket is half open loses its episode to the others', async () => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1`, { autoPong: false });
      await new Promise((resolve) => socket.once('open', resolve));
      const answered = new Promise((resolve) => socket.once('message', resolve));
      const params = { environment: 'bash-v1', task: 0 };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'episode/reset', params }));
      await answered;
      await new Promise((resolve) => socket.once('close', resolve));
      await allAreFree();
    });

    it('that goes in mid-reset or in mid-step leaves no sandbox behind', async () => {
      for (let round = 0; round < 6; round += 1) {
        const wire = await connect();
        wire.request('episode/reset', { environment: 'bash-v1', episode_id: `gone-${round}`, task: 0 });
        if (round % 2 === 0) {
          wire.request('episode/step', {
            episode_id: `gone-${round}`,
            action: { code: 'sleep 30', timeout_ms: 500 },
          });
          await wire.text();
        }
        wire.socket.terminate();
      }
      await allAreFree();
      expect(await metrics()).not.toContain('stepwell_failures_total{');
    });

    it('that reads nothing is cut, and the others are served meanwhile', async () => {
      const slow = await connect();
      const id = await slow.reset({ environment: 'bash-v1', task: 0, max_output_bytes: 4_194_304 });
      slow.socket.pause();
      for (let step = 1; step <= 30; step += 1) {
        slow.request('episode/step', { episode_id: id, step, action: 'head -c 4M /dev/zero | tr "\\0" x' });
      }
      const other = await connect();
      const second = await other.reset({ environment: 'bash-v1', task: 0 });
      const { observation } = await other.result('episode/step', {
        episode_id: second,
        action: 'echo served',
      });
      expect(observation).toMatchObject({ output: 'served\n' });
      await other.result('episode/close', { episode_id: second });
      await allAreFree();
    });

    it('does a step once, however often and from wherever it is sent', async () => {
      const wire = await connect();
      const id = await wire.reset({ environment: 'bash-v1', task: 0 });
      const step = { episode_id: id, step: 1, action: 'echo x >> /tmp/count; wc -l < /tmp/count' };
      for (const _ of [1, 2, 3]) wire.request('episode/step', step);
      const answer = (fields: object) => ({
        result: { step: 1, observation: { output: '1\n' }, ...fields },
      });
      const first = await wire.answer();
      expect(first).toMatchObject(answer({}));
      expect(first.result).not.toHaveProperty('replayed');
      for (const _ of [2, 3]) expect(await wire.answer()).toMatchObject(answer({ replayed: true }));
      wire.request('episode/step', { ...step, step: 3 });
      expect(await wire.answer()).toMatchObject({ error: { code: expect.any(Number) } });
      const { observation } = await wire.result('episode/step', { ...step, step: 2 });
      expect(observation).toMatchObject({ output: '2\n' });
    });

    it('gives an episode to one socket only', async () => {
      const [owner, thief] = [await connect(), await connect()];
      const reset = { environment: 'bash-v1', episode_id: 'claimed', task: 0 };
      owner.request('episode/reset', reset);
      thief.request('episode/reset', reset);
      const first = 'result' in (await owner.answer());
      expect('result' in (await thief.answer())).toBe(!first);
      const [winner, loser] = first ? [owner, thief] : [thief, owner];
      for (const method of ['episode/step', 'episode/close', 'episode/state', 'episode/evaluate']) {
        const action = method === 'episode/step' ? { action: 'touch /tmp/stolen' } : {};
        loser.request(method, { episode_id: 'claimed', ...action });
        expect([method, await loser.answer()]).toMatchObject([
          method,
          { error: { code: expect.any(Number) } },
        ]);
      }
      const action = 'ls /tmp/stolen';
      const { observation } = await winner.result('episode/step', { episode_id: 'claimed', action });
      expect(observation).toMatchObject({ exit_code: 2 });
    });

    it('that is killed in mid-step leaves nothing once another has started', async () => {
      const serve = async () => {
        const argv = [
          stepwellProgram(),
          'serve',
          `--runtime=${runtime}`,
          '--port=0',
          '--pool=bash-v1=2',
          // With a grace time, the next server may take the sandboxes back: see faults/taken-back.test.ts.
          '--grace-ms=0',
          '--log-level=silent',
        ];
        const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
        const exited = new Promise((resolve) => child.once('exit', resolve));
        const line = await Promise.race([
          new Promise((resolve) => createInterface(child.stdout).once('line', resolve)),
          exited,
        ]);
        return { child, exited, pid: Number(child.pid), url: /http:\/\/\S+/.exec(String(line))?.[0] ?? '' };
      };
      const first = await serve();
      const wire = await Wire.connect(`${first.url}/v1`);
      wires.push(wire);
      const id = await wire.reset({ environment: 'bash-v1', task: 0 });
      wire.request('episode/step', { episode_id: id, action: 'sleep 300' });
      await wire.result('episode/state', { episode_id: id }).catch(() => {});
      expect((await leftBy(first.pid)).length).toBeGreaterThan(0);
      first.child.kill('SIGKILL');
      await first.exited;
      const second = await serve();
      expect((await leftBy(second.pid)).length).toBeGreaterThan(0);
      await expect.poll(() => leftBy(first.pid), { timeout: 10_000 }).toEqual([]);
      second.child.kill('SIGTERM');
      expect(await second.exited).toBe(0);
      expect(await leftBy(second.pid)).toEqual([]);
      // What a client was told is in the trajectory, and a half-written line would not parse.
      const lines = readFileSync(trajectoryIn(join(home, 'trajectories'), id), 'utf8')
        .trimEnd()
        .split('\n');
      expect(lines.map((line) => JSON.parse(line).event)).toContain('reset');
    });

    /** Containers or their processes, and run folders, of a server by its process id. */
    async function leftBy(pid: number): Promise<string[]> {
      const parent = join(home, readdirSync(home).find((name) => name.startsWith('stepwell-')) ?? '');
      const folders = readdirSync(parent).filter((name) => ownerIn(join(parent, name, 'owner')) === pid);
      const known = seen.get(pid) ?? folders.map((name) => join(parent, name));
      seen.set(pid, known);
      if (runtime === 'local') return [...folders, ...processesNaming(known)];
      const containers = await new Docker().listContainers({
        all: true,
        filters: { label: ['stepwell.owner'] },
      });
      const owned = containers.filter(
        ({ Labels }) => Labels['stepwell.owner']?.split('/')[3] === String(pid),
      );
      return [...folders, ...owned.map(({ Id }) => Id)];
    }
  });
}

/** Processes with one of these paths in their arguments. */
function processesNaming(paths: readonly string[]): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return paths.some((path) => words.includes(path));
    } catch {
      return false;
    }
  });
}

/** The process id in a run folder's note of its owner. */
function ownerIn(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8').split('/')[3]);
  } catch {
    return null;
  }
}
