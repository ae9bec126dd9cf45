import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, describe, expect, it } from 'vitest';
import { type Candidates, chooseEngine } from '../../../docker/engines/choice.ts';
import { dockerLack } from '../../../docker/engines/docker/provider.ts';
import { RunFolder } from '../../../docker/engines/run-folder.ts';
import { ENGINES, engineNames, runtimes } from '../../../docker/engines/table.ts';
import { ownerOf } from '../../../docker/owner.ts';

const parent = await mkdtemp(join(tmpdir(), 'stepwell-choice-'));
afterAll(() => rm(parent, { recursive: true, force: true }));

/** A machine on which engines lack what is said of them; `null` for nothing. */
function machine(docker: string | null, local: string | null): Candidates {
  const candidate = (name: string, lack: string | null, advice?: string) => async () => ({
    found: `${name} is there`,
    lack: async () => (lack === null ? null : { brief: `no ${name} (${lack})`, message: `${lack}.`, advice }),
  });
  return { docker: candidate('Docker', docker, 'Start one.'), local: candidate('local', local) };
}

describe('the choice of an engine', () => {
  it('prefers Docker', async () => {
    const choice = await chooseEngine('auto', machine(null, null));
    expect(choice.runtime).toBe('docker');
    expect(choice.reason).toMatch(/auto prefers/);
  });

  it('falls back to the local engine, and tells why', async () => {
    const choice = await chooseEngine('auto', machine('nobody listens', null));
    expect(choice).toEqual({ runtime: 'local', reason: 'no Docker (nobody listens)' });
  });

  it('says what to install where there is none', async () => {
    const nothing = machine('nobody listens', 'no Python 3: apt-get install python3');
    await expect(chooseEngine('auto', nothing)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(/nobody listens.*apt-get install python3/),
    });
  });

  it('takes nothing but what was asked for', async () => {
    expect((await chooseEngine('local', machine(null, null))).runtime).toBe('local');
    expect((await chooseEngine('docker', machine(null, 'all'))).runtime).toBe('docker');
    await expect(chooseEngine('docker', machine('nobody listens', null))).rejects.toMatchObject({
      code: 'start_failed',
      message: 'nobody listens. Start one.',
    });
    await expect(chooseEngine('local', machine(null, 'bash'))).rejects.toMatchObject({
      code: 'start_failed',
      message: 'bash.',
    });
  });
});

describe('the table of engines', () => {
  it('says what `--runtime` may be', () => {
    expect(runtimes).toEqual(['auto', 'docker', 'local']);
  });

  it.each(engineNames)('has a provider under the name of the engine that it opens: %s', async (name) => {
    const provider = await ENGINES[name]();
    const runFolder = await RunFolder.create(await ownerOf(process.pid), parent);
    const folders = { runFolder, runParent: parent, imagesFolder: parent };
    const engine = provider.open({ owner: await ownerOf(process.pid), ...folders });
    expect(engine).toMatchObject({ name, programs: provider.programs });
  });
});

describe('what a machine lacks for Docker', () => {
  it('is told of a socket that nobody listens on, and what to do', async () => {
    const docker = new Docker({ socketPath: join(tmpdir(), 'stepwell-no-such.sock') });
    expect(await dockerLack(() => docker)).toMatchObject({
      brief: expect.stringMatching(/^no Docker engine \(.*ENOENT/),
      message: expect.stringMatching(/^No Docker engine can be used \(.*ENOENT/),
      advice: expect.stringContaining('--runtime local'),
    });
  });

  it('is told of an address that is none', async () => {
    const refuse = () => {
      throw new Error('not an address');
    };
    expect(await dockerLack(refuse)).toMatchObject({ brief: 'no Docker engine (not an address)' });
  });

  it('does not wait for an engine that does not answer', async () => {
    const server = createServer();
    const path = join(tmpdir(), `stepwell-mute-${process.pid}.sock`);
    await new Promise<void>((resolve) => server.listen(path, () => resolve()));
    const sockets: { destroy(): void }[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const lack = await dockerLack(() => new Docker({ socketPath: path }), 50);
    expect(lack?.brief).toMatch(/did not answer/);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
