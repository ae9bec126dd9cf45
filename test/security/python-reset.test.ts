import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../docker/sandbox.ts';
import { LIMITS, onEveryEngine } from './bench.ts';

const Traces = z.record(z.string(), z.unknown());

const shellMess = await readFile(new URL('probes/mess.sh', import.meta.url), 'utf8');
const mess = `MESS = ${JSON.stringify(shellMess)}\n${await readFile(new URL('probes/mess.py', import.meta.url), 'utf8')}`;

const FORK_BOMBS = [
  ['plain', 'import os\nwhile True:\n    try: os.fork()\n    except OSError: pass'],
  [
    'in sessions of their own, whose parents exit first',
    'import os\nwhile True:\n    try:\n        if os.fork(): os._exit(0)\n        os.setsid(); os.fork()\n    except OSError: pass',
  ],
  [
    'of threads',
    'import threading, time\nwhile True:\n    try: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n    except RuntimeError: pass',
  ],
] as const;

const processes = (count: number) =>
  `import os, time\nfor n in range(${count}):\n    if os.fork() == 0:\n        kept = bytearray(b"x") * (8 << 20)\n        time.sleep(60)\ntime.sleep(60)`;

const MEMORY_BOMBS = [
  ['of the interpreter', 'kept = []\nwhile True: kept.append(bytearray(8 << 20))'],
  [
    'in memory files',
    'import os\nkept = os.memfd_create("kept")\nwhile True: os.write(kept, bytes(8 << 20))',
  ],
  [
    'in the file of its code',
    'import os\nwhile True: os.pwrite(1001, bytes(8 << 20), os.fstat(1001).st_size)',
  ],
  ['of many processes', processes(36)],
] as const;

await onEveryEngine(
  'what a Python session leaves to the next one',
  ({ acquire, next, run, output, answers, probe, events }) => {
    async function traces(sandbox: Sandbox): Promise<Record<string, unknown>> {
      const names = await output(sandbox, 'print(sorted(globals()), __name__)');
      const interpreter = Traces.parse(await probe(sandbox, 'interpreter.py'));
      return { names, ...interpreter, ...Traces.parse(await probe(sandbox, 'traces.py')) };
    }
    const nothingRemoved = () => expect(events().filter(({ type }) => type === 'removed')).toEqual([]);
    /** An address in the interpreter that sessions are forked from, which another one would not have. */
    const origin = (sandbox: Sandbox) =>
      output(
        sandbox,
        'import ctypes; ctypes.addressof(ctypes.c_int.in_dll(ctypes.pythonapi, "Py_OptimizeFlag"))',
      );

    it('is nothing, twice in a row, in the same container', async () => {
      let sandbox = await acquire();
      const pristine = await traces(sandbox);
      sandbox = await next(sandbox);
      for (const _lease of [1, 2]) {
        expect(await output(sandbox, mess)).toMatch(/done\n$/);
        await run(sandbox, 'os.setresgid(7, 7, 7); os.setresuid(7, 7, 7)');
        sandbox = await next(sandbox);
        const found = await traces(sandbox);
        for (const [kind, before] of Object.entries(pristine))
          expect([kind, found[kind]]).toEqual([kind, before]);
        expect(await sandbox.diff()).toEqual({ changes: [], exceeded: null });
        sandbox = await next(sandbox);
      }
      nothingRemoved();
    });

    it('is looked for where it would be', async () => {
      const sandbox = await acquire();
      const pristine = await traces(sandbox);
      await output(sandbox, mess);
      const found = Traces.parse(await probe(sandbox, 'interpreter.py'));
      const same = Object.keys(found).filter(
        (kind) => JSON.stringify(found[kind]) === JSON.stringify(pristine[kind]),
      );
      // An ordinary user has no other user to be.
      expect(same.filter((kind) => kind !== 'identity').sort()).toEqual(['descriptors', 'devices', 'mounts']);
    });

    it.each(FORK_BOMBS)('is no process: a fork bomb, %s', async (_, code) => {
      const sandbox = await acquire();
      const before = await origin(sandbox);
      await run(sandbox, code, { timeoutMs: 400 });
      await run(sandbox, '1');
      await answers(sandbox);
      const later = await next(sandbox);
      await answers(later);
      expect(await output(later, "import os\n[n for n in os.listdir('/proc') if n.isdigit()]")).toBe(
        "['1', '2']\n",
      );
      expect(await origin(later)).toBe(before);
      nothingRemoved();
    });

    async function leavesNoMemory(code: string): Promise<void> {
      const sandbox = await acquire();
      const before = await origin(sandbox);
      await run(sandbox, code, { timeoutMs: 1_000 });
      await run(sandbox, '1');
      await answers(sandbox);
      const later = await next(sandbox);
      expect(await output(later, `len(bytearray(b'x') * ${LIMITS.memoryBytes / 2})`)).toBe(
        `${LIMITS.memoryBytes / 2}\n`,
      );
      expect(await origin(later)).toBe(before);
      nothingRemoved();
    }

    it.each(MEMORY_BOMBS)('is no memory: a bomb %s', (_, code) => leavesNoMemory(code));

    it('is no memory: a bomb of a hundred processes', () => leavesNoMemory(processes(100)));

    it('is no orphan: the first process waits for all, after the step too', async () => {
      const sandbox = await acquire();
      const orphans =
        'import os\nfor _ in range(100):\n    pid = os.fork()\n    if pid == 0:\n        if os.fork() == 0:\n            os.setsid(); os._exit(0)\n        os._exit(0)\n    os.waitpid(pid, 0)';
      const gone =
        "import os\nwhile len([n for n in os.listdir('/proc') if n.isdigit()]) > 2: pass\nprint('gone')";
      for (const _round of [1, 2, 3]) await run(sandbox, orphans);
      // A zombie would stay.
      expect(await output(sandbox, gone)).toBe('gone\n');
      const daemon =
        'import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True:\n            open("/tmp/beat", "a").write("x"); time.sleep(0.005)\n    os._exit(0)\nwhile not os.path.exists("/tmp/beat"): pass';
      await run(sandbox, daemon);
      // It lives on after its step, and not after its episode.
      expect(
        await output(
          sandbox,
          'n = os.path.getsize("/tmp/beat")\nwhile os.path.getsize("/tmp/beat") == n: pass\n"alive"',
        ),
      ).toBe("'alive'\n");
      const later = await next(sandbox);
      expect(
        await output(
          later,
          "import os\nos.path.exists('/tmp/beat'), [n for n in os.listdir('/proc') if n.isdigit()]",
        ),
      ).toBe("(False, ['1', '2'])\n");
    });

    it('is no mount, no process and no memory of the container either', async () => {
      let sandbox = await acquire();
      for (let lease = 0; lease < 40; lease += 1) {
        await run(
          sandbox,
          "import os\nopen('/left', 'wb').write(bytes(8 << 20))\nfor _ in range(2):\n    if os.fork() == 0:\n        os.setsid(); __import__('time').sleep(300)\nos._exit(1)",
        );
        sandbox = await next(sandbox);
      }
      const made = (await probe(sandbox, 'children.py')) as { count: number };
      expect(made.count).toBeGreaterThan(110);
      expect(await output(sandbox, 'len(bytearray(180 << 20)) >> 20')).toBe('180\n');
      nothingRemoved();
    });
  },
  'python',
);
