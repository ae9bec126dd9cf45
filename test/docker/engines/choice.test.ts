import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { chooseRuntime, machineFacts, type RuntimeFacts } from '../../../docker/engines/choice.ts';

function facts(docker: string | null, local: readonly string[]): RuntimeFacts {
  return { docker: async () => docker, local: async () => local };
}

describe('the choice of an engine', () => {
  it('prefers Docker', async () => {
    const choice = await chooseRuntime('auto', facts(null, []));
    expect(choice.runtime).toBe('docker');
    expect(choice.reason).toMatch(/auto prefers/);
  });

  it('falls back to the local engine, and tells why', async () => {
    const choice = await chooseRuntime('auto', facts('nobody listens', []));
    expect(choice).toEqual({ runtime: 'local', reason: 'no Docker engine (nobody listens)' });
  });

  it('says what to install where there is none', async () => {
    const nothing = facts('nobody listens', ['Python 3 below /usr (e.g. apt-get install python3)']);
    await expect(chooseRuntime('auto', nothing)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(/nobody listens.*apt-get install python3/),
    });
  });

  it('takes nothing but what was asked for', async () => {
    expect((await chooseRuntime('local', facts(null, []))).runtime).toBe('local');
    expect((await chooseRuntime('docker', facts(null, ['all']))).runtime).toBe('docker');
    await expect(chooseRuntime('docker', facts('nobody listens', []))).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('--runtime local'),
    });
    await expect(chooseRuntime('local', facts(null, ['bash']))).rejects.toMatchObject({
      code: 'start_failed',
    });
  });
});

describe('the facts of a machine', () => {
  it('tell a socket that nobody listens on', async () => {
    const docker = new Docker({ socketPath: join(tmpdir(), 'stepwell-no-such.sock') });
    expect(await machineFacts(docker).docker()).toMatch(/ENOENT/);
  });

  it('do not wait for an engine that does not answer', async () => {
    const server = createServer();
    const path = join(tmpdir(), `stepwell-mute-${process.pid}.sock`);
    await new Promise<void>((resolve) => server.listen(path, () => resolve()));
    const sockets: { destroy(): void }[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    expect(await machineFacts(new Docker({ socketPath: path }), 50).docker()).toMatch(/did not answer/);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
