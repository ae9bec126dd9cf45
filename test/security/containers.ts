import { readdir, readFile } from 'node:fs/promises';
import Docker from 'dockerode';
import type { EngineName } from '../../docker/engines/table.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { containerExists, pauseContainer } from '../engines.ts';

/** What befalls a container from outside. */
export interface Fate {
  /** Kill its first process, as the kernel does when memory runs out. */
  kill(sandbox: Sandbox): Promise<void>;
  /** Stop all of it from running, without ending it. */
  freeze(sandbox: Sandbox): Promise<void>;
  /** Whether anything of it is still there. */
  exists(sandbox: Sandbox): Promise<boolean>;
}

export function fateOn(engine: EngineName): Fate {
  return engine === 'docker' ? dockerFate(new Docker()) : localFate;
}

function dockerFate(docker: Docker): Fate {
  return {
    async kill({ id }) {
      await docker.getContainer(id).kill();
    },
    async freeze({ id }) {
      await pauseContainer(docker.getContainer(id));
    },
    exists: ({ id }) => containerExists(docker, id),
  };
}

/** A local container is a process tree below a process whose arguments name it. */
const localFate: Fate = {
  async kill(sandbox) {
    for (const pid of (await treeOf(sandbox.id)).slice(0, 1)) process.kill(pid, 'SIGKILL');
  },
  async freeze(sandbox) {
    for (const pid of await treeOf(sandbox.id)) process.kill(pid, 'SIGSTOP');
  },
  exists: async (sandbox) => (await treeOf(sandbox.id)).length > 0,
};

async function treeOf(name: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const read = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const parents = new Map<number, number>();
  const makers: number[] = [];
  for (const pid of pids) {
    parents.set(pid, Number(/\) . (\d+)/.exec(await read(pid, 'stat'))?.[1] ?? 0));
    const words = (await read(pid, 'cmdline')).split('\0');
    if (words.includes('-c') && words.includes(name)) makers.push(pid);
  }
  // A fork of the maker, before it becomes the runner, has the maker's arguments.
  const roots = makers.filter((pid) => !makers.includes(parents.get(pid) ?? 0));
  const isBelow = (pid: number): boolean =>
    roots.includes(pid) || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  return [...roots, ...pids.filter((pid) => !roots.includes(pid) && isBelow(pid))];
}
