import { access, constants, readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { hostWatch } from '../../host.ts';
import { runnerFolder } from '../../images/runner-files.ts';
import type { EngineProvider } from '../provider.ts';
import { LocalEngine } from './engine.ts';
import { LocalImageBuilder } from './image-builder.ts';
import { examineLocal } from './needs.ts';

/** How often to look whether a killed process is gone, in milliseconds. */
const LOOK_MS = 20;

/** Sandboxes without a container engine: the namespaces of this Linux machine. */
export const local: EngineProvider = {
  found: 'this machine has what the local engine needs',
  programs: 'machine',
  async lack() {
    const lacks = await localLacks();
    if (lacks.length === 0) return null;
    const message = `The local engine lacks: ${lacks.join('; ')}.`;
    return { brief: 'no local engine', message };
  },
  examine: examineLocal,
  isHere: () => true,
  // Its sandboxes are in the control groups of this process.
  host: () => hostWatch({ groups: true }),
  open: (parts) => new LocalEngine({ ...parts, runnerFolder }),
  builder: (imagesFolder) => new LocalImageBuilder({ imagesFolder }),
  killSandboxes,
};

/** What this machine lacks, each with what to do about it; none when it can be used. */
export async function localLacks(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return ['Linux: elsewhere a Docker engine is needed'];
  const lacks: string[] = [];
  if (!(await anyExists(['/usr/bin/python3', '/usr/local/bin/python3']))) {
    lacks.push('Python 3 below /usr (e.g. apt-get install python3)');
  }
  if (!(await anyExists(['/bin/bash']))) lacks.push('bash (e.g. apt-get install bash)');
  return lacks;
}

async function anyExists(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.allSettled(paths.map((path) => access(path, constants.X_OK)));
  return found.some(({ status }) => status === 'fulfilled');
}

async function killSandboxes(): Promise<void> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  for (const pid of pids) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [, parent] = /\(.*\) . (\d+)/.exec(await read('stat')) ?? [];
    const isContainer = (await read('cmdline')).includes('local_main');
    if (!isContainer || Number(parent) !== process.pid) continue;
    process.kill(pid, 'SIGKILL');
    // It stays a zombie until this process has waited for it.
    while ((await read('stat')) !== '') await setTimeout(LOOK_MS);
  }
}
