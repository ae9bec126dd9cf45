import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DockerEngine } from '../../../../docker/engines/docker/engine.ts';
import { RunFolder } from '../../../../docker/engines/run-folder.ts';
import { ownerOf } from '../../../../docker/owner.ts';

const limits = { memoryBytes: 2 ** 28, cpus: 1, pids: 64, layerBytes: 2 ** 24, layerInodes: 4096 };

/** An engine that makes containers but loses the answer, and does not remove them while it is `busy`. */
class FailingDocker {
  busy = true;
  readonly made = new Map<string, Record<string, string>>();

  getImage() {
    return { inspect: async () => ({ Id: 'sha256:1' }) };
  }

  async createContainer({ name, Labels }: { name: string; Labels: Record<string, string> }) {
    this.made.set(name, Labels);
    throw new Error('the answer was lost');
  }

  getContainer(name: string) {
    const remove = async () => {
      if (this.busy) throw new Error('busy');
      this.made.delete(name);
    };
    return { remove };
  }

  async listContainers() {
    return [...this.made].map(([Id, Labels]) => ({ Id, Names: [`/${Id}`], Labels, State: 'created' }));
  }
}

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(parent, { recursive: true, force: true });
});

it('a container that could not be removed after a failed start is left to the reaper', async () => {
  const failing = new FailingDocker();
  const docker = failing as unknown as Docker;
  const owner = await ownerOf(process.pid);
  const runFolder = await RunFolder.create(owner, parent);
  const engine = new DockerEngine({
    ...{ docker, owner, runFolder, runParent: parent },
    ...{ isolation: 'layer', control: 'attach' },
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const start = expect(engine.start({ image: 'bash', limits, network: 'none' })).rejects.toThrow('lost');
  await vi.runAllTimersAsync();
  await start;
  expect(failing.made.size).toBe(1);
  failing.busy = false;
  expect(await engine.reap()).toBe(1);
  expect(failing.made.size).toBe(0);
});
