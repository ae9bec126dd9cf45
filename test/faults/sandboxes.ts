import Docker from 'dockerode';
import { vi } from 'vitest';
import { labels, runnerPath } from '../../docker/labels.ts';
import { pauseContainer } from '../engines.ts';
import { signalled } from '../signals.ts';
import { allProcesses, descendants, runsBelow } from './processes.ts';
import { LONG_SLEEP, type Served } from './served.ts';

/** One container of a server, and what a test may do to it from outside. */
export interface Victim {
  readonly id: string;
  /** Its first process, as this machine numbers it; 0 while it does not run. */
  readonly pid: number;
  kill(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** Every container that a server, by its process id, has made and not removed. */
export function containersOf({ runtime, pid }: Pick<Served, 'runtime' | 'pid'>): Promise<Victim[]> {
  return runtime === 'docker' ? dockerContainers(pid) : Promise.resolve(localContainers(pid));
}

async function dockerContainers(owner: number): Promise<Victim[]> {
  const docker = new Docker();
  const all = await docker.listContainers({ all: true, filters: { label: [labels.owner] } });
  const own = all.filter(({ Labels }) => Labels[labels.owner]?.split('/')[3] === String(owner));
  const found = own.map(async ({ Id }): Promise<Victim[]> => {
    const container = docker.getContainer(Id);
    const facts = await container.inspect().catch(() => null);
    if (facts === null) return [];
    return [
      {
        id: Id,
        pid: facts.State.Pid,
        kill: async () => void (await container.kill()),
        freeze: () => pauseContainer(container),
        thaw: async () => void (await container.unpause()),
      },
    ];
  });
  return (await Promise.all(found)).flat();
}

/** A local container is a process of the server's, `local_main.py`, and the tree below it. */
function localContainers(owner: number): Victim[] {
  const makers = allProcesses().filter(
    ({ parent, words }) => parent === owner && words.some((word) => word.includes('local_main')),
  );
  return makers.map(({ pid }) => {
    const each = (signal: NodeJS.Signals) => async (): Promise<void> => {
      for (const one of [{ pid }, ...descendants([pid])]) signalled(one.pid, signal);
    };
    return {
      id: String(pid),
      pid,
      kill: async () => {
        const tree = [pid, ...descendants([pid]).map((one) => one.pid)];
        signalled(pid, 'SIGKILL');
        // The rest of the tree ends with it, a moment later.
        await vi.waitUntil(() => !allProcesses().some((one) => tree.includes(one.pid)), {
          interval: 5,
          timeout: 10_000,
        });
      },
      freeze: each('SIGSTOP'),
      thaw: each('SIGCONT'),
    };
  });
}

/** Wait until a long sleep runs in one of the server's containers. @returns which */
export async function asleepIn(served: Pick<Served, 'runtime' | 'pid'>): Promise<Victim> {
  const find = async (): Promise<Victim> => {
    const containers = (await containersOf(served)).filter(({ pid }) => pid > 0);
    const found = containers.find(({ pid }) => runsBelow([pid], 'sleep', LONG_SLEEP));
    if (found === undefined) throw new Error('nothing sleeps yet');
    return found;
  };
  return vi.waitFor(find, { timeout: 20_000, interval: 50 });
}

/** The process of a container that speaks with the server; those that it forked have its arguments. */
export function runnerOf({ pid }: Victim): number {
  const inside = new Set([pid, ...descendants([pid]).map((one) => one.pid)]);
  const runners = allProcesses().filter((one) => inside.has(one.pid) && one.words.includes(runnerPath));
  const top = runners.find(({ parent }) => !runners.some((one) => one.pid === parent));
  if (top === undefined) throw new Error('the container has no runner');
  return top.pid;
}
