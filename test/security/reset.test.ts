import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../docker/sandbox.ts';
import { itUnless, unlessOrdinary } from '../requirements.ts';
import { onEveryEngine } from './bench.ts';

const Traces = z.record(z.string(), z.unknown());

const mess = await readFile(new URL('probes/mess.sh', import.meta.url), 'utf8');
const shellTraces = await readFile(new URL('probes/traces.sh', import.meta.url), 'utf8');

await onEveryEngine(
  'what a lease leaves to the next one',
  ({ acquire, next, run, output, probe, events, kind }) => {
    async function traces(sandbox: Sandbox): Promise<Record<string, unknown>> {
      const shell = await output(sandbox, shellTraces, { maxOutputBytes: 1024 * 1024 });
      const found = Traces.parse(await probe(sandbox, 'traces.py'));
      return { shell: shell.split('\n'), ...found };
    }

    const replaces = unlessOrdinary(kind, 'programs that it may replace');

    itUnless(replaces, 'is nothing, twice in a row, in the same container', async () => {
      let sandbox = await acquire();
      const pristine = await traces(sandbox);
      sandbox = await next(sandbox);
      for (const _lease of [1, 2]) {
        expect(await output(sandbox, mess)).toMatch(/^(trapped\n)*done\n/);
        sandbox = await next(sandbox);
        const found = await traces(sandbox);
        for (const [kind, before] of Object.entries(pristine))
          expect([kind, found[kind]]).toEqual([kind, before]);
        expect(await sandbox.diff()).toEqual({ changes: [], exceeded: null });
        sandbox = await next(sandbox);
      }
      expect(events().filter(({ type }) => type === 'removed')).toEqual([]);
    });

    itUnless(replaces, 'is looked for where it would be', async () => {
      const sandbox = await acquire();
      const pristine = await traces(sandbox);
      await run(sandbox, mess);
      const shell = await output(sandbox, shellTraces, { maxOutputBytes: 1024 * 1024 });
      expect(shell.split('\n')).not.toEqual(pristine.shell);
      // The mess replaces what looking needs; a clean environment finds it nevertheless.
      await run(
        sandbox,
        'trap - DEBUG; unset LD_LIBRARY_PATH GIT_DIR PYTHONPATH BASH_ENV; unset -f cd ls; builtin cd /; ulimit -n',
      );
      const found = Traces.parse(await probe(sandbox, 'traces.py'));
      const same = Object.keys(found).filter(
        (kind) => JSON.stringify(found[kind]) === JSON.stringify(pristine[kind]),
      );
      // The host name is nothing that the sandbox could change.
      expect(same).toEqual(['host']);
      expect(found.ipc).toEqual({ shm: 1, sem: 1, msg: 1, mq: 'there' });
      expect(found.processes).toEqual(expect.arrayContaining(['sleep', 'python3']));
      expect(found.sockets).toEqual(['@left', '0100007F:1267']);
    });

    it('is no mount, no process and no memory of the container either', async () => {
      let sandbox = await acquire();
      const first = sandbox.id;
      for (let lease = 0; lease < 40; lease += 1) {
        await run(sandbox, '(setsid sleep 300 &); head -c 8M /dev/zero > /left; kill -9 $$');
        sandbox = await next(sandbox);
      }
      // 40 leases of 8 MiB would not fit twice over; 40 of three processes would be near the limit.
      expect(sandbox.id).toBe(first);
      const made = (await probe(sandbox, 'children.py')) as { count: number };
      expect(made.count).toBeGreaterThan(110);
      expect(await output(sandbox, "python3 -c 'print(len(bytearray(180 << 20)) >> 20)'")).toBe('180\n');
    });
  },
);
