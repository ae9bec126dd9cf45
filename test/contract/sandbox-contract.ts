import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../docker/engine.ts';
import type { EngineName } from '../../docker/engines/table.ts';
import { SandboxPool } from '../../docker/pool/pool.ts';
import type { RunRequest, RunResult, Sandbox, StoredImage } from '../../docker/sandbox.ts';
import { BUILD_MS } from '../engines.ts';
import { countProcesses } from '../shell-processes.ts';
import { makeStore } from '../stored-images.ts';
import { commandContract } from './command-contract.ts';
import { copyContract } from './copy-contract.ts';
import { fileContract } from './file-contract.ts';
import { imageContract } from './image-contract.ts';
import { pythonContract } from './python-contract.ts';
import { userContract } from './user-contract.ts';

const MiB = 1024 * 1024;

/** What every engine promises: run it over each of them. */
export function sandboxContract(
  name: string,
  open: () => Promise<{ readonly engine: Engine; close(): Promise<void> }>,
  options: { readonly layers: boolean; readonly kind: EngineName },
): void {
  describe(name, () => {
    let engine: { readonly engine: Engine; close(): Promise<void> };
    let pool: SandboxPool;
    let store: string;
    const held: Sandbox[] = [];

    beforeAll(async () => {
      engine = await open();
      store = await mkdtemp(join(tmpdir(), 'stepwell-test-store-'));
      await makeStore(store);
      pool = new SandboxPool(engine.engine, {
        images: { bash: { warm: 1, max: 2 }, python: { warm: 1, max: 1 } },
        store,
      });
      pool.start();
    }, BUILD_MS);
    afterEach(async () => {
      await Promise.all(held.splice(0).map((sandbox) => sandbox.release()));
    });
    afterAll(async () => {
      await pool?.drain(1_000);
      await engine?.close();
      if (store !== undefined) await rm(store, { recursive: true, force: true });
    });

    async function acquire(image = 'bash', stored?: StoredImage): Promise<Sandbox> {
      const sandbox = await pool.acquire({ image, stored, purpose: 'episode', queueTimeoutMs: 60_000 });
      held.push(sandbox);
      return sandbox;
    }
    const run = (sandbox: Sandbox, code: string, request: Partial<RunRequest> = {}): Promise<RunResult> =>
      sandbox.run({ code, timeoutMs: 10_000, maxOutputBytes: 65_536, ...request });
    const output = async (sandbox: Sandbox, code: string): Promise<string> =>
      (await run(sandbox, code)).output.toString();

    const bench = { run, output, ...options };
    commandContract({ ...bench, acquire });
    fileContract({ ...bench, acquire });
    copyContract({ ...bench, acquire });
    const images = {
      ...bench,
      acquire: (stored?: StoredImage) => acquire('bash', stored),
      store: () => store,
    };
    imageContract(images);
    userContract(images);
    pythonContract({ ...bench, acquire: () => acquire('python') });

    it('stops, resumes and kills the processes of the agent', async () => {
      const sandbox = await acquire();
      const beats = async () => (await sandbox.getFile('/tmp/beats')).length;
      await run(
        sandbox,
        '(while :; do echo >> /tmp/beats; sleep 0.01; done) & until [ -s /tmp/beats ]; do :; done',
      );
      await sandbox.quiesce('stop');
      const stopped = await beats();
      expect(await beats()).toBe(stopped);
      await sandbox.quiesce('resume');
      expect(
        await output(sandbox, `until [ $(wc -c < /tmp/beats) -gt ${stopped} ]; do :; done; echo on`),
      ).toBe('on\n');
      await sandbox.quiesce('kill');
      const killed = await beats();
      expect(await beats()).toBe(killed);
    });

    it('leaves nothing of one lease to the next', async () => {
      const first = await acquire();
      await run(
        first,
        'touch /tmp/a /var/tmp/b /dev/shm/c /run/d /root/e /f; cp /bin/true /bin/ls; (setsid sleep 400 &) ; git config --global user.name x; ipcmk -M 100; export LEFT=1; umask 0',
      );
      await first.release();
      held.length = 0;
      const second = await acquire();
      const found = await output(
        second,
        `ls /tmp /var/tmp /dev/shm /run/d /root/e /f 2>/dev/null; ls / >/dev/null && echo works; ${countProcesses('sleep')}; cat /root/.gitconfig 2>/dev/null; ipcs -m | grep -c 0x; echo "[$LEFT]"; umask`,
      );
      expect(found).toBe('/dev/shm:\n\n/tmp:\n\n/var/tmp:\nworks\n0\n0\n[]\n0022\n');
    });

    it.runIf(options.layers).each<[string, (sandbox: Sandbox) => Promise<unknown>]>([
      ['a command', (sandbox) => run(sandbox, 'touch /left; sleep 60', { timeoutMs: 60_000 })],
      [
        'a program beside the session',
        (sandbox) =>
          sandbox.exec({
            argv: ['/bin/sh', '-c', 'touch /left; exec sleep 60'],
            cwd: '/',
            env: { PATH: '/usr/bin:/bin' },
            timeoutMs: 60_000,
            maxOutputBytes: 4_096,
          }),
      ],
      [
        'an inspection',
        async (sandbox) => {
          await run(sandbox, 'touch /left');
          await sandbox.inspect({ argv: ['sleep', '60'], timeoutMs: 60_000, maxOutputBytes: 4_096 });
        },
      ],
    ])('goes on with the same container when a lease ends in the middle of %s', async (_, begin) => {
      const [other, first] = [await acquire(), await acquire()];
      const abandoned = begin(first).catch((error: unknown) => error);
      // Whether it has begun by then or not, it ends.
      for (let round = 0; round < 20; round += 1) await run(other, ':');
      await first.release();
      expect(await abandoned).toMatchObject({ code: 'died' });
      const second = await acquire();
      expect(second.id).toBe(first.id);
      expect(await output(second, `ls /left 2>&1; ${countProcesses('sleep')}`)).toMatch(
        /No such file.*\n0\n/,
      );
    });

    it.runIf(options.layers)('runs programs of the pristine image over the files of the agent', async () => {
      const sandbox = await acquire();
      await run(
        sandbox,
        'mkdir /work; echo content > /work/file; cp /bin/false /usr/bin/cat; echo "#!/bin/sh" > /usr/bin/ls',
      );
      const request = { argv: ['cat', 'file'], cwd: '/work', timeoutMs: 10_000, maxOutputBytes: 65_536 };
      const result = await sandbox.inspect(request);
      expect(result.output.toString()).toBe('content\n');
      const slack = await sandbox.inspect({ ...request, argv: ['cat', '/proc/self/timerslack_ns'] });
      expect(slack.output.toString()).toBe('50000\n');
      const write = await sandbox.inspect({ ...request, argv: ['touch', 'file', 'other'] });
      expect(write.exitCode).not.toBe(0);
    });

    it('holds what a layer may take', async () => {
      const sandbox = await acquire();
      const result = await run(sandbox, `head -c ${600 * MiB} /dev/zero > /big; stat -c %s /big`, {
        timeoutMs: 30_000,
      });
      if (options.layers)
        expect(Number(result.output.toString().trim().split('\n').at(-1))).toBeLessThan(200 * MiB);
      expect(await output(sandbox, 'rm -f /big; echo alive')).toContain('alive');
    });
  });
}
