import { expect, it } from 'vitest';
import type { Sandbox } from '../../docker/sandbox.ts';
import { itUnless, titled, unlessOrdinary } from '../requirements.ts';
import { LIST_PROCESSES } from '../shell-processes.ts';
import { LIMITS, onEveryEngine } from './bench.ts';

const MiB = 1024 * 1024;

const FORK_BOMBS = [
  ['plain', 'f() { f | f & }; f 2>/dev/null; sleep 60'],
  [
    'in sessions of their own',
    `python3 -c '
import os
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError: pass'`,
  ],
  [
    'whose parents exit first',
    `python3 -c '
import os
while True:
    try:
        os.fork()
        if os.fork(): os._exit(0)
    except OSError: pass' & sleep 60`,
  ],
  [
    'of threads',
    `python3 -c '
import threading, time
while True:
    try: threading.Thread(target=time.sleep, args=(60,)).start()
    except RuntimeError: pass'`,
  ],
] as const;

/** Python that fills memory without end, and is killed for it. */
const MEMORY_BOMBS = [
  ['of its own', 'kept = []\nwhile True: kept.append(bytearray(8 << 20))'],
  [
    'in memory files',
    'import os\nkept = os.memfd_create("kept")\nwhile True: os.write(kept, bytes(8 << 20))',
  ],
  [
    'mapped and shared',
    'import mmap\nkept = []\nwhile True:\n  m = mmap.mmap(-1, 8 << 20)\n  m.write(bytes(8 << 20))\n  kept.append(m)',
  ],
] as const;

const PIPE_BOMB = `import os
while True:
    try:
        source, sink = os.pipe()
        os.set_blocking(sink, False)
        os.write(sink, bytes(1 << 20))
    except OSError: pass`;

/** SysV segments that no process holds: they outlive whoever is killed for them. */
const ORPHANED_SEGMENTS = `python3 -c '
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
while True:
    segment = libc.shmget(0, 16 << 20, 0o1600)
    place = libc.shmat(segment, None, 0)
    ctypes.memset(place, 1, 16 << 20)
    libc.shmdt(ctypes.c_void_p(place))'`;

const TAKE_MEMORY = `python3 -c 'print(len(bytearray(${LIMITS.memoryBytes / 2})) >> 20)'`;

await onEveryEngine('what a sandbox may take', ({ acquire, next, run, output, answers, probe, kind }) => {
  /** Nothing of the last lease slows or fills the next one. */
  async function isPristine(sandbox: Sandbox): Promise<void> {
    const code = `${LIST_PROCESSES}; ls -A /tmp /dev/shm; ${TAKE_MEMORY}`;
    expect(await output(sandbox, code)).toMatch(/^bash\n\/dev\/shm:\n\n\/tmp:\n128\n$/);
  }

  it.each(FORK_BOMBS)('processes: a fork bomb, %s', async (_, code) => {
    const sandbox = await acquire();
    await run(sandbox, code, { timeoutMs: 700 });
    await answers(sandbox);
    await isPristine(await next(sandbox));
  });

  it('processes: as many as the limit, and not one more', async () => {
    const sandbox = await acquire();
    const { count } = (await probe(sandbox, 'children.py')) as { count: number };
    expect(count).toBeGreaterThan(LIMITS.pids / 2);
    expect(count).toBeLessThan(LIMITS.pids);
  });

  const groups = unlessOrdinary(kind, 'control groups');

  itUnless(groups, 'limits of a task: lower ones, and again its own in the next lease', async () => {
    const sandbox = await acquire();
    await sandbox.limit({ memoryBytes: 64 * 2 ** 20, pids: 40, cpus: 0.5, layerBytes: 2 ** 20 });
    const { count } = (await probe(sandbox, 'children.py')) as { count: number };
    expect(count).toBeLessThan(40);
    expect(await run(sandbox, TAKE_MEMORY)).toMatchObject({ exitCode: 137 });
    expect(await output(sandbox, 'head -c 2000000 /dev/zero 2>&1 > /tmp/large')).toContain('No space left');
    const later = await next(sandbox);
    expect(((await probe(later, 'children.py')) as { count: number }).count).toBeGreaterThan(40);
    expect(
      await output(later, 'head -c 2000000 /dev/zero > /tmp/large; stat -c %s /tmp/large; rm /tmp/large'),
    ).toBe('2000000\n');
    await isPristine(await next(later));
  });

  it('limits of a task: none above its own, and only numbers', async () => {
    const sandbox = await acquire();
    for (const wrong of [{ memoryBytes: LIMITS.memoryBytes + 1 }, { pids: -1 }, { layerBytes: 1.5 }]) {
      await expect(sandbox.limit(wrong)).rejects.toThrow('expected a number up to');
    }
    await run(sandbox, 'head -c 2000000 /dev/zero > /tmp/large');
    await expect(sandbox.limit({ layerBytes: 2 ** 20 })).rejects.toMatchObject({ code: 'not_supported' });
    await answers(sandbox);
  });

  it.skipIf(groups !== null).each(MEMORY_BOMBS)(
    titled('memory: a bomb %s is killed, and its memory is free again', groups),
    async (_, code) => {
      const sandbox = await acquire();
      for (const _round of [1, 2]) {
        const { exitCode } = await run(sandbox, 'python3 -', { stdin: code });
        expect(exitCode).toBe(137);
        expect(await output(sandbox, TAKE_MEMORY)).toBe('128\n');
      }
      await isPristine(await next(sandbox));
    },
  );

  it('memory: pipes that nobody reads', async () => {
    const sandbox = await acquire();
    await run(sandbox, 'python3 -', { stdin: PIPE_BOMB, timeoutMs: 1_500 });
    await answers(sandbox);
    await isPristine(await next(sandbox));
  });

  itUnless(groups, 'memory: a bomb in the shell itself costs the shell, not the sandbox', async () => {
    const sandbox = await acquire();
    const result = await run(sandbox, 'x=x; while :; do x=$x$x; done');
    expect(result).toMatchObject({ exitCode: 137, sessionRestarted: true });
    await isPristine(await next(sandbox));
  });

  it('memory: segments that no process holds end with the session', async () => {
    const sandbox = await acquire();
    await run(sandbox, ORPHANED_SEGMENTS);
    await answers(sandbox);
    const later = await next(sandbox);
    // The kernel gives the memory of a namespace's segments back a moment after the namespace has ended.
    await run(later, `until ${TAKE_MEMORY} > /tmp/taken 2>&1; do :; done; rm /tmp/taken`, {
      timeoutMs: 20_000,
    });
    await isPristine(later);
  });

  it('memory: the file that its shell reads commands from', async () => {
    const sandbox = await acquire();
    const file = 'f=$(find /proc/$$/fd -lname "*memfd:code*"); [[ -e $f ]] && echo found;';
    for (const code of ['cat /dev/zero > $f', 'truncate -s 1E $f; echo grown']) {
      expect(await output(sandbox, `${file} ${code}`, { timeoutMs: 5_000 })).toMatch(/^(found\n|.*Killed)/);
      await answers(sandbox);
    }
    await answers(sandbox);
    await isPristine(await next(sandbox));
  });

  it('memory: files in /dev/shm are counted, capped and gone with the lease', async () => {
    const sandbox = await acquire();
    const said = await output(sandbox, 'cat /dev/zero > /dev/shm/a; stat -c %s /dev/shm/a');
    expect(said).toContain('No space left on device');
    expect(Number(said.split('\n').at(-2))).toBeLessThanOrEqual(LIMITS.memoryBytes / 4);
    await isPristine(await next(sandbox));
  });

  it('disk: size, by writing and by fallocate', async () => {
    const sandbox = await acquire();
    for (const code of ['cat /dev/zero > /full', 'fallocate -l 1G /full', 'dd if=/dev/zero of=/full bs=1M']) {
      const said = await output(sandbox, `${code}; stat -c %s /full; rm -f /full`);
      expect(said).toContain('No space left on device');
      expect(Number(said.match(/^\d+$/m)?.[0] ?? 0)).toBeLessThanOrEqual(LIMITS.layerBytes);
      await answers(sandbox);
    }
    const following = await next(sandbox);
    expect(await output(following, 'head -c 40M /dev/zero > /most && stat -c %s /most')).toBe('41943040\n');
    await isPristine(following);
  });

  it('disk: number of files, of links and of symbolic links', async () => {
    const sandbox = await acquire();
    const made = (await probe(sandbox, 'many_files.py')) as Record<string, [number, string]>;
    for (const [count, error] of Object.values(made)) {
      expect(error).toBe('ENOSPC');
      expect(count).toBeGreaterThan(100);
      expect(count).toBeLessThanOrEqual(LIMITS.layerInodes);
    }
    expect(Object.keys(made)).toEqual(['files', 'folders', 'links', 'symlinks']);
    await answers(sandbox);
    await isPristine(await next(sandbox));
  });

  it('disk: a full layer still can be read, compared and inspected', async () => {
    const sandbox = await acquire();
    await run(sandbox, 'echo kept > /kept; for i in $(seq 9000); do : > /many$i; done 2>/dev/null');
    await run(sandbox, 'cat /dev/zero >> /kept', { timeoutMs: 5_000 });
    expect((await sandbox.diff()).changes.length).toBeGreaterThan(1000);
    expect((await sandbox.listFiles('/')).length).toBeGreaterThan(1000);
    await expect(sandbox.putFiles([{ path: '/new/file', type: 'file', content: 'x' }])).rejects.toMatchObject(
      {
        code: 'path_refused',
      },
    );
    const inspected = await sandbox.inspect({
      argv: ['head', '-c4', 'kept'],
      timeoutMs: 10_000,
      maxOutputBytes: 99,
    });
    expect(inspected.output.toString()).toBe('kept');
    await isPristine(await next(sandbox));
  });

  it('disk: sparse giants, holes and deep folders cost the reader nothing', async () => {
    const sandbox = await acquire();
    await run(
      sandbox,
      'for i in $(seq 200); do truncate -s 1T /tmp/sparse$i; done; ' +
        'truncate -s 1E /tmp/huge; fallocate -p -l 1M /tmp/huge; ln /tmp/huge /tmp/link; ' +
        "python3 -c \"import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')\"",
    );
    const { changes } = await sandbox.diff();
    expect(changes.length).toBe(200 + 2 + 3000);
    expect(changes.find(({ path }) => path === '/tmp/huge')?.size).toBe(2 ** 60);
    await expect(sandbox.getFile('/tmp/huge')).rejects.toMatchObject({ code: 'file_too_large' });
    await isPristine(await next(sandbox));
  });

  it.each([
    ['a hundred busy loops', 'for i in $(seq 100); do while :; do :; done & done; wait'],
    ['a busy loop that ignores signals', "trap '' INT TERM; while :; do :; done"],
    ['sleep', 'sleep 600'],
    ['what stops itself', "sh -c 'kill -STOP $$'"],
    ['a read of nothing', 'mkfifo /tmp/none; read line < /tmp/none'],
  ])('time: %s', async (_, code) => {
    const sandbox = await acquire();
    expect(await run(sandbox, code, { timeoutMs: 500 })).toMatchObject({
      timedOut: true,
      timeout: 'deadline',
    });
    await answers(sandbox);
    await isPristine(await next(sandbox));
  });

  it('time: what comes after a deadline is answered in its turn, however often and however late', async () => {
    const sandbox = await acquire();
    const crowd = 'for i in $(seq 60); do while :; do :; done & done; wait';
    for (let round = 0; round < 6; round += 1) {
      await run(sandbox, crowd, { timeoutMs: 60 });
      for (const part of [1, 2]) {
        expect(await output(sandbox, `echo round ${round} ${part}`)).toMatch(`round ${round} ${part}\n`);
      }
    }
  });

  it.each([
    ['standard output', 'yes'],
    ['standard error', 'yes >&2'],
    ['both, without lines', 'cat /dev/zero >&2 & cat /dev/urandom'],
    ['many writers', 'for i in $(seq 30); do yes $i & done; wait'],
  ])('output without end: %s', async (_, code) => {
    const sandbox = await acquire();
    const result = await run(sandbox, code, { timeoutMs: 500, maxOutputBytes: 8192 });
    expect(result).toMatchObject({ timedOut: true });
    expect(result.output.length).toBe(8192);
    expect(result.truncatedBytes).toBeGreaterThan(0);
    await answers(sandbox);
    await isPristine(await next(sandbox));
  });

  it('output: very slow, a gigantic line, NUL bytes and what is no UTF-8', async () => {
    const sandbox = await acquire();
    const slow = await run(sandbox, 'while :; do printf .; sleep 0.05; done', {
      timeoutMs: 700,
      idleTimeoutMs: 600,
    });
    expect(slow).toMatchObject({ timedOut: true, timeout: 'deadline' });
    // Where the machine has no time for the interrupt, the kill comes, and the shell tells of it.
    expect(slow.output.toString()).toMatch(/^\.+(bash: line \d+: +\d+ Killed +sleep 0\.05\n)?$/);
    const line = await run(sandbox, "head -c 100M /dev/zero | tr '\\0' x", { maxOutputBytes: 4096 });
    expect(line).toMatchObject({ exitCode: 0, truncatedBytes: 100 * MiB - 4096, truncatedAt: 2048 });
    expect(line.output.toString()).toBe('x'.repeat(4096));
    const bytes = await run(sandbox, "printf 'a\\0b\\377\\376\\300\\200\\355\\240\\200c'");
    expect(bytes.output).toEqual(Buffer.from([97, 0, 98, 255, 254, 192, 128, 237, 160, 128, 99]));
    await run(sandbox, "touch $'/tmp/\\377\\n\\001'");
    expect((await sandbox.diff()).changes.map(({ path }) => path)).toEqual(['/tmp/\udcff\n\u0001']);
    expect((await sandbox.listFiles('/tmp')).map(({ name }) => name)).toEqual(['\udcff\n\u0001']);
    await answers(sandbox);
  });

  it('descriptors: thousands of them in several processes', async () => {
    const sandbox = await acquire();
    const opened = (await probe(sandbox, 'descriptors.py')) as { error: string; counts: number[] };
    expect(opened.error).toBe('EMFILE');
    for (const count of opened.counts) expect(count).toBeGreaterThan(500);
    await answers(sandbox);
    expect((await sandbox.diff()).changes.length).toBe(0);
    await isPristine(await next(sandbox));
  });
});
