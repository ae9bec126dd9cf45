import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import Docker from 'dockerode';
import { labels } from '../labels.ts';
import { encodeOwner, ownerOf } from './owner.ts';

const LOOK_MS = 20;

/**
 * Kill every sandbox of the servers in this process, as the kernel does when memory runs out: to see what they make of it.
 * @param engine the engine's name, e.g. `docker`
 */
export async function killSandboxes(engine: string): Promise<void> {
  if (engine === 'docker') return killContainers(new Docker());
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  for (const pid of entries) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [, parent] = /\(.*\) . (\d+)/.exec(await read('stat')) ?? [];
    const isContainer = (await read('cmdline')).includes('local_main');
    if (!isContainer || Number(parent) !== process.pid) continue;
    process.kill(pid, 'SIGKILL');
    // It is there until this process has waited for it.
    while ((await read('stat')) !== '') await setTimeout(LOOK_MS);
  }
}

async function killContainers(docker: Docker): Promise<void> {
  const owner = encodeOwner(await ownerOf(process.pid));
  const filters = { label: [`${labels.owner}=${owner}`] };
  for (const { Id } of await docker.listContainers({ filters })) await docker.getContainer(Id).kill();
}
