import { readdir, readFile } from 'node:fs/promises';
import Docker from 'dockerode';
import { expect } from 'vitest';
import { labels } from '../../docker/labels.ts';
import { encodeOwner, ownerOf } from '../../docker/owner.ts';

/** Kill every sandbox of the servers in this process, as the kernel does when memory runs out. */
export async function killSandboxes(runtime: 'docker' | 'local'): Promise<void> {
  if (runtime === 'docker') return killContainers(new Docker());
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  for (const pid of entries) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [, parent] = /\(.*\) . (\d+)/.exec(await read('stat')) ?? [];
    const isContainer = (await read('cmdline')).includes('local_main');
    if (!isContainer || Number(parent) !== process.pid) continue;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isThere(pid)).toBe(false);
  }
}

/** Whether a child of this process is still to be waited for. */
async function isThere(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')) !== '';
}

async function killContainers(docker: Docker): Promise<void> {
  const owner = encodeOwner(await ownerOf(process.pid));
  const filters = { label: [`${labels.owner}=${owner}`] };
  for (const { Id } of await docker.listContainers({ filters })) await docker.getContainer(Id).kill();
}
