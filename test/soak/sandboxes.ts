import Docker from 'dockerode';
import { labels } from '../../docker/labels.ts';
import { decodeOwner } from '../../docker/owner.ts';
import { signalled } from '../signals.ts';
import { commandOf, processTree, withDescendants } from './processes.ts';

/** A sandbox of the server under test, as the machine sees it. */
export interface SeenSandbox {
  readonly name: string;
  /** First process, from outside. */
  readonly pid: number;
}

/** A way to do something to a sandbox that a machine may do. */
export interface Harm {
  readonly kind: string;
  /** Its share of all faults. */
  readonly weight: number;
  /** @param hold waits for so many seconds, from the first to the second at random */
  do(sandbox: SeenSandbox, hold: (from: number, to: number) => Promise<void>): Promise<void>;
}

/** The sandboxes of one server, and what may happen to them. */
export interface Sandboxes {
  list(): Promise<SeenSandbox[]>;
  readonly harms: readonly Harm[];
}

/** Those in containers of a Docker engine. @param server process id */
export function dockerSandboxes(server: number, docker = new Docker()): Sandboxes {
  const container = ({ name }: SeenSandbox) => docker.getContainer(name);
  const pause = async (sandbox: SeenSandbox, hold: () => Promise<void>): Promise<void> => {
    await container(sandbox).pause();
    await hold();
    await container(sandbox).unpause();
  };
  return {
    async list() {
      const all = await docker.listContainers({ filters: { label: [labels.owner] } });
      const own = all.filter(({ Labels }) => decodeOwner(Labels[labels.owner] ?? '')?.pid === server);
      const states = own.map(({ Id }) =>
        docker
          .getContainer(Id)
          .inspect()
          .catch(() => null),
      );
      return (await Promise.all(states))
        .filter((state) => state !== null)
        .map(({ Id, State }) => ({ name: Id, pid: State.Pid }))
        .filter(({ pid }) => pid > 0);
    },
    harms: [
      { kind: 'container killed', weight: 3, do: (one) => container(one).kill({ signal: 'SIGKILL' }) },
      { kind: 'runner killed', weight: 2, do: async ({ pid }) => void process.kill(pid, 'SIGKILL') },
      { kind: 'paused briefly', weight: 4, do: (one, hold) => pause(one, () => hold(0.1, 2)) },
      { kind: 'paused long', weight: 1, do: (one, hold) => pause(one, () => hold(6, 12)) },
    ],
  };
}

/** Those of the local engine: trees of processes below the server. */
export function localSandboxes(server: number): Sandboxes {
  const children = (pid: number) => processTree().get(pid) ?? [];
  const stop = async (sandbox: SeenSandbox, hold: () => Promise<void>): Promise<void> => {
    const pids = withDescendants(processTree(), sandbox.pid);
    try {
      signal(pids, 'SIGSTOP');
      await hold();
    } finally {
      signal(pids, 'SIGCONT');
    }
  };
  return {
    list: async () =>
      children(server)
        .filter(isContainer)
        .map((pid) => ({ name: String(pid), pid })),
    harms: [
      { kind: 'container killed', weight: 3, do: async ({ pid }) => signal([pid], 'SIGKILL') },
      { kind: 'runner killed', weight: 2, do: async ({ pid }) => signal(children(pid), 'SIGKILL') },
      { kind: 'paused briefly', weight: 4, do: (one, hold) => stop(one, () => hold(0.1, 2)) },
      { kind: 'paused long', weight: 1, do: (one, hold) => stop(one, () => hold(6, 12)) },
    ],
  };
}

/** A server has other children too, such as its loader's compiler. */
function isContainer(pid: number): boolean {
  return commandOf(pid).includes('local_main');
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) signalled(pid, name);
}
