import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { BUILD_MS, engineCases, pauseContainer } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { Wire } from '../server/test-server.ts';
import { signalled } from '../signals.ts';

const RUNNER = '/opt/stepwell/runner';

/** Parent and arguments of a process, where there still is one. */
function processOf(pid: number): { readonly parent: number; readonly words: readonly string[] } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') };
  } catch {
    return null;
  }
}

function descendsFromHere(pid: number): boolean {
  for (let at = pid; at > 1; at = processOf(at)?.parent ?? 0) if (at === process.pid) return true;
  return false;
}

function isRunner(pid: number): boolean {
  return processOf(pid)?.words.findLast((word) => word !== '') === RUNNER;
}

/** Runners that the local engine of this process has started, without what they fork. */
function localRunners(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .map(Number)
    .filter((pid) => isRunner(pid) && !isRunner(processOf(pid)?.parent ?? 0) && descendsFromHere(pid));
}

/** Containers of this process on the Docker engine. */
async function ownContainers(): Promise<Docker.Container[]> {
  const docker = new Docker();
  const all = await docker.listContainers({ all: true, filters: { label: ['stepwell.owner'] } });
  const own = all.filter(({ Labels }) => Labels['stepwell.owner']?.split('/')[3] === String(process.pid));
  return own.map(({ Id }) => docker.getContainer(Id));
}

async function dockerRunners(): Promise<number[]> {
  const infos = await Promise.all((await ownContainers()).map((one) => one.inspect().catch(() => null)));
  return infos.flatMap((info) => (info?.State.Running ? [info.State.Pid] : []));
}

for (const under of await engineCases()) {
  describeUnless(under.missing, `a sandbox that freezes or dies, on the ${under.name} engine`, () => {
    const home = mkdtempSync(join(tmpdir(), 'stepwell-home-'));
    const env = { ...process.env, STEPWELL_HOME: home, XDG_RUNTIME_DIR: home };
    let server: RunningServer;
    let wire: Wire;

    beforeAll(async () => {
      const config = createConfig({
        port: 0,
        runtime: under.name,
        pool: { 'bash-v1': 2 },
        pool_max: 4,
        log_level: 'silent',
      });
      server = await startServer(config, { env });
    }, BUILD_MS);
    beforeEach(async () => {
      wire = await Wire.connect(`${server.url}/v1`);
    });
    afterEach(() => wire.socket.close());
    afterAll(async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    });

    const ours = async (): Promise<number[]> => (under.name === 'docker' ? dockerRunners() : localRunners());

    /** Signal every runner of this server. @returns which they were */
    async function signal(name: NodeJS.Signals): Promise<number[]> {
      // The pool may end one meanwhile.
      return (await ours()).filter((pid) => signalled(pid, name));
    }

    /** Wait until so many sandboxes are free. */
    async function free(count: number): Promise<void> {
      const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
      await expect.poll(metrics, { timeout: 20_000 }).toContain(`state="ready"} ${count}`);
    }

    async function stepUnderWay(action: string): Promise<string> {
      const episode_id = await wire.reset({ environment: 'bash-v1', task: 0 });
      wire.request('episode/step', { episode_id, action });
      // Once this is answered, the step before it has begun.
      const id = wire.request('episode/state', { episode_id });
      expect(await wire.answer()).toMatchObject({ id });
      return episode_id;
    }

    it('shows in the midst of a step, long before its deadline', { timeout: 15_000 }, async () => {
      await stepUnderWay('sleep 600');
      await signal('SIGSTOP');
      expect(await wire.answer()).toMatchObject({
        result: {
          reward: null,
          truncated: true,
          failure: {
            class: 'sandbox',
            code: 'sandbox_unresponsive',
            retryable: true,
            action_may_have_run: true,
          },
        },
      });
      const episode_id = await wire.reset({ environment: 'bash-v1', task: 0 });
      const { observation } = await wire.result('episode/step', { episode_id, action: 'echo again' });
      expect(observation).toMatchObject({ output: 'again\n' });
    });

    it('goes on where it thaws in time', async () => {
      await stepUnderWay('for i in 1 2 3 4 5 6 7 8; do sleep 0.5; done; echo done');
      const pids = await signal('SIGSTOP');
      // How long it is frozen is what is tried here.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      for (const pid of pids) signalled(pid, 'SIGCONT');
      expect(await wire.answer()).toMatchObject({
        result: { observation: { output: 'done\n' }, failure: null },
      });
    });

    it('is not met again by the next reset when it has just died', async () => {
      for (let n = 0; n < 3; n += 1) {
        await free(2);
        await signal('SIGKILL');
        const episode_id = await wire.reset({ environment: 'bash-v1', task: 0 });
        const step = { episode_id, action: 'echo alive' };
        expect(await wire.result('episode/step', step)).toMatchObject({ failure: null });
        await wire.result('episode/close', { episode_id });
      }
    });

    it.runIf(under.name === 'docker')('a paused container shows too, and is removed', async () => {
      await stepUnderWay('sleep 600');
      // One that is paused while it starts has all the time that a start may take.
      await free(1);
      const paused = await ownContainers();
      await Promise.all(paused.map((container) => pauseContainer(container)));
      expect(await wire.answer()).toMatchObject({ result: { failure: { code: 'sandbox_unresponsive' } } });
      const left = async (): Promise<number> => {
        const all = await ownContainers();
        return all.filter(({ id }) => paused.some((one) => one.id === id)).length;
      };
      // The one that was free is found by the pool's own look after its containers.
      await expect.poll(left, { timeout: 40_000 }).toBe(0);
    });
  });
}
