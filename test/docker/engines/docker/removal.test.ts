import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeContainer } from '../../../../docker/engines/docker/container.ts';
import { DockerEngine } from '../../../../docker/engines/docker/engine.ts';
import { Limiter } from '../../../../docker/engines/docker/limiter.ts';
import { Reaper } from '../../../../docker/engines/reaper.ts';
import { RunFolder } from '../../../../docker/engines/run-folder.ts';
import { encodeOwner, type Owner, ownerOf } from '../../../../docker/owner.ts';

/** What an engine answers to the removal of a container; with `gone` it is listed no more. */
type Answer = (id: string, attempt: number) => { readonly status: number; readonly gone: boolean };

/** As much of a Docker engine as lists and removes containers. */
class FakeDocker {
  readonly docker: Docker;
  readonly containers = new Set<string>();
  readonly attempts: string[] = [];
  answer: Answer = () => ({ status: 204, gone: true });
  /** Owner that the containers name. */
  owner = '';
  readonly #server: Server;

  private constructor(server: Server, docker: Docker) {
    this.#server = server;
    this.docker = docker;
  }

  static async start(): Promise<FakeDocker> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const fake = new FakeDocker(server, new Docker({ protocol: 'http', host: '127.0.0.1', port }));
    server.on('request', (request, response) => {
      const id = /\/containers\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '';
      if (request.method === 'GET') {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(fake.#list()));
        return;
      }
      const attempt = fake.attempts.filter((one) => one === id).length;
      fake.attempts.push(id);
      const { status, gone } = fake.answer(id, attempt);
      if (gone) fake.containers.delete(id);
      response.statusCode = status;
      response.end(status === 204 ? undefined : JSON.stringify({ message: 'scripted' }));
    });
    return fake;
  }

  #list() {
    return [...this.containers].map((Id) => ({
      Id,
      Names: [`/${Id}`],
      State: 'removing',
      Labels: { 'stepwell.owner': this.owner, 'stepwell.instance': 'another' },
    }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let fake: FakeDocker;
let folder: string;
let me: Owner;

beforeEach(async () => {
  fake = await FakeDocker.start();
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  me = await ownerOf(process.pid);
  // A process that has never been.
  fake.owner = encodeOwner({ ...me, pid: 2 ** 22 + 1, startTime: '1' });
});

afterEach(async () => {
  await fake.close();
  await rm(folder, { recursive: true });
});

const engine = async (): Promise<DockerEngine> =>
  new DockerEngine({
    docker: fake.docker,
    owner: me,
    runFolder: await RunFolder.create(me, folder),
    runParent: folder,
  });

it('a reaper counts what it has removed, not what the engine lists and does not know', async () => {
  for (const id of ['dead', 'ghost-1', 'ghost-2']) fake.containers.add(id);
  fake.answer = (id) => (id === 'dead' ? { status: 204, gone: true } : { status: 404, gone: false });
  const told: number[] = [];
  const reaper = new Reaper(await engine(), { onReaped: (count) => told.push(count) });
  for (let round = 0; round < 3; round += 1) await reaper.run();
  expect(told).toEqual([1]);
  const later = new Reaper(await engine(), { onReaped: (count) => told.push(count) });
  await later.run();
  expect(told).toEqual([1]);
});

it('a removal that is under way already is waited for', async () => {
  fake.containers.add('slow');
  fake.answer = (_, attempt) => (attempt < 8 ? { status: 409, gone: false } : { status: 404, gone: true });
  expect(await removeContainer(fake.docker.getContainer('slow'))).toBe('removed');
});

it('one that an engine refuses is tried a few times, and kept', async () => {
  fake.containers.add('stuck');
  fake.answer = () => ({ status: 500, gone: false });
  expect(await removeContainer(fake.docker.getContainer('stuck'))).toBe('kept');
  expect(fake.attempts).toHaveLength(4);
});

it('what is still there when the engine closes is removed then', async () => {
  fake.containers.add('left');
  const one = await engine();
  await one.close();
  expect([...fake.containers]).toEqual([]);
});

it('a limiter runs no more at a time than it may, all of them in the end, in order', async () => {
  const limiter = new Limiter(3);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = async (n: number): Promise<number> => {
    begun.push(n);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (n % 5 === 0) throw new Error('scripted');
    return n;
  };
  const all = Array.from({ length: 20 }, (_, n) => limiter.run(() => work(n)));
  const ends = await Promise.allSettled(all);
  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});
