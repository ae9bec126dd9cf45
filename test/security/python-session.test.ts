import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { onEveryEngine, probeText } from './bench.ts';
import { isSurroundedByNothing, meetsNoOutsiders, meetsOnlyLoopback, refusesCalls } from './surroundings.ts';

const Answers = z.record(z.string(), z.union([z.string(), z.number()]));

/** The number of the present step, which a report of the interpreter begins with. */
const STEP = 'import os, sys, time\nstep = sys._getframe().f_code.co_filename.split()[1][:-1].encode()\n';

/** What an agent can do with the pipes and the file that its interpreter is driven by. */
const DRIVEN_WRONG = [
  ['a status of more digits than are read', `${STEP}os.write(1000, step + b' ' + b'9' * 5000 + b' /\\0')`],
  ['a status beyond any', `${STEP}os.write(1000, step + b' 99999999999999999999 /\\0'); time.sleep(0.05)`],
  ['a directory that is none', `${STEP}os.write(1000, step + b' 0 ../\\xff\\n\\0'); time.sleep(0.05)`],
  ['reports of all steps to come', `${STEP}[os.write(1000, b'%d 9 /forged\\0' % n) for n in range(9000)]`],
  ['a report without an end', `${STEP}[os.write(1000, b'x' * 65536) for _ in range(200)]`],
  [
    'a full pipe of commands to come',
    `${STEP}go = os.open('/proc/self/fd/1002', os.O_WRONLY | os.O_NONBLOCK)\nwhile True: os.write(go, b'i' * 4096)`,
  ],
  [
    'reports that are read before the runner does',
    `${STEP}import threading\nown = os.open('/proc/self/fd/1000', os.O_RDONLY)\ndef steal():\n    while os.read(own, 65536): pass\nthreading.Thread(target=steal, daemon=True).start()`,
  ],
  ['a pipe of one page', `import fcntl\nfor fd in (1000, 1002): fcntl.fcntl(fd, 1031, 4096)`],
  [
    'an end that is closed while the interpreter lives on',
    `${STEP}os.write(1000, step + b' 0 /\\0'); os.close(1000); time.sleep(60)`,
  ],
  [
    'code that is appended to whatever is written',
    `import fcntl, os\nfcntl.fcntl(1001, fcntl.F_SETFL, os.O_APPEND)`,
  ],
  ['code that is cut and grown', 'import os; os.ftruncate(1001, 0); os.ftruncate(1001, 1 << 60)'],
  ['closed descriptors', 'import os; os.closerange(0, 5000)'],
] as const;

/** What an agent can do to the interpreter that runs the next step too. */
const REPLACED = [
  ['os.read', "import os; os.read = lambda *_: b''"],
  ['os.write', 'import os; os.write = lambda *_: 0'],
  ['os.lseek', 'import os; os.lseek = lambda *_: 0'],
  ['the place in its code', 'import os; os.lseek(1001, 1 << 59, os.SEEK_SET)'],
  ['os.getpid', 'import os; os.getpid = lambda: 0'],
  ['os.getcwdb', "import os; os.getcwdb = lambda: b'/' * 100_000"],
  ['os._exit', 'import os; os._exit = lambda *_: None; raise SystemExit(3)'],
  [
    'every function of os',
    'import os\nfor n in dir(os):\n    if callable(getattr(os, n)): setattr(os, n, None)',
  ],
  ['every builtin', 'import builtins as b\nfor n in list(vars(b)):\n    if n[0] != "_": setattr(b, n, None)'],
  ['all modules', 'import sys; sys.modules.clear()'],
  [
    'hooks',
    'import sys\ndef hook(*_): raise RuntimeError\nsys.excepthook = sys.displayhook = sys.unraisablehook = hook\n1',
  ],
  ['an audit hook', 'import sys\ndef hook(*_): raise RuntimeError\nsys.addaudithook(hook)'],
  ['tracing', 'import sys\ndef hook(*_): raise RuntimeError\nsys.setprofile(hook); sys.settrace(hook)'],
  [
    'linecache, ast and traceback',
    'import ast, linecache, traceback\nlinecache.cache = None; ast.Interactive = ast.Expr = None; traceback.format_exception = None\n1/0',
  ],
  ['standard streams', 'import sys; sys.stdin = sys.stdout = sys.stderr = sys.__stdout__ = None'],
  ['signals', 'import signal; signal.signal = None; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))'],
  ['a timer', 'import signal; signal.setitimer(signal.ITIMER_REAL, 0.01)'],
  ['the collector', 'import gc\ngc.callbacks.append(lambda *_: 1 / 0); gc.set_threshold(1)'],
  [
    'the driver itself',
    'import sys\nf = sys._getframe()\nwhile f.f_back: f = f.f_back; f.f_locals.get("self") and vars(f.f_locals["self"]).clear()',
  ],
  [
    'limits',
    'import resource as r\nfor l in (r.RLIMIT_NOFILE, r.RLIMIT_FSIZE, r.RLIMIT_NPROC, r.RLIMIT_AS): r.setrlimit(l, (0, 0))',
  ],
  [
    'its user and its root',
    "import os; os.mkdir('/tmp/cell'); os.chroot('/tmp/cell'); os.setresuid(65534, 65534, 65534)",
  ],
  ['its working directory', "import os; os.mkdir('/tmp/gone'); os.chdir('/tmp/gone'); os.rmdir('/tmp/gone')"],
  ['processes, all but the first', 'import os; os.kill(1, 9); os.kill(1, 19); os.kill(-1, 9)'],
] as const;

await onEveryEngine(
  'a way out of a Python session',
  (bench) => {
    const { acquire, next, run, output, answers, probe, events } = bench;

    it('by system calls of namespaces, mounts, modules, keys and tracing is refused', async () => {
      const sandbox = await acquire();
      await refusesCalls(bench, sandbox);
      expect(await output(sandbox, 'import socket; socket.gethostname()')).toBe("'stepwell'\n");
    });

    it('by what surrounds it is closed', async () => {
      isSurroundedByNothing(await probe(await acquire(), 'surroundings.py'));
    });

    it('by other processes finds none but its own', async () => {
      const sandbox = await acquire();
      await meetsNoOutsiders(bench, sandbox);
      await answers(sandbox);
      await next(sandbox);
    });

    it('by the network meets nothing but its own loopback', async () => {
      await meetsOnlyLoopback(bench, await acquire());
    });

    it('by the file of its interpreter is closed: it can be run, as anyone, and never changed', async () => {
      const found = z
        .object({
          changes: z.record(z.string(), Answers),
          reopened: z.array(z.string()),
          sharedMapping: z.string(),
          mapFiles: z.record(z.string(), z.array(z.string())),
          above: z.string(),
          executed: z.array(z.string()),
        })
        .parse(await probe(await acquire(), 'own_program.py'));
      for (const [path, answers] of Object.entries(found.changes)) {
        for (const [change, answer] of Object.entries(answers))
          expect([path, change, answer]).toEqual([
            path,
            change,
            expect.toBeOneOf(['EROFS', 'ETXTBSY', 'EXDEV', 'EPERM', 'EACCES']),
          ]);
        if (path === '/proc/self/exe')
          expect(answers).toMatchObject({ chmod: 'EROFS', utime: 'EROFS', link: 'EXDEV' });
        else expect(new Set(Object.values({ ...answers, link: 'EACCES' }))).toEqual(new Set(['EACCES']));
      }
      for (const answer of found.reopened) expect(answer).toBeOneOf(['EROFS', 'ETXTBSY', 'EACCES']);
      expect(found.sharedMapping).toBe('EACCES');
      expect(found.mapFiles).toEqual({ self: ['EPERM'] });
      expect(found.above).toBe('ENOTDIR');
      expect(found.executed).toEqual(['00000000000424fb', '1', '2']);
    });

    it('by locks on what it shares with the machine reaches nobody', async () => {
      const sandbox = await acquire();
      const lock =
        "import fcntl\nheld = [open(p) for p in ('/proc/self/exe', '/dev/zero')]\nfor f in held: fcntl.flock(f, fcntl.LOCK_EX)";
      expect(await output(sandbox, lock)).toBe('');
      // An ordinary user's sandboxes have the machine's own device nodes.
      const ours = ['/usr/bin/python3', ...(process.getuid?.() === 0 ? ['/dev/zero'] : [])];
      for (const path of ours) execFileSync('flock', ['--nonblock', path, 'true']);
    });

    it('by the first process gains nothing, and no signal ends it', async () => {
      const sandbox = await acquire();
      const found = z
        .object({
          vm: z.array(z.union([z.string(), z.number()])),
          traced: z.boolean(),
          getfd: z.array(z.union([z.string(), z.number()])),
          files: Answers,
          links: Answers,
          signals: Answers,
          oom: z.array(z.number()),
          parent: z.number(),
        })
        .parse(await probe(sandbox, 'first_process.py'));
      expect(found).toMatchObject({ vm: ['EPERM', 'EPERM'], traced: false, parent: 1 });
      for (const answers of [found.files, found.links])
        expect(new Set(Object.values(answers))).toEqual(new Set(['EACCES']));
      expect(new Set(found.getfd)).toEqual(new Set(['EPERM']));
      expect(new Set(Object.values(found.signals))).toEqual(new Set(['done']));
      // Whatever it is made to start goes before the runner when memory runs out.
      expect(found.oom).toEqual([1000, 1000]);
      await answers(sandbox);
      await answers(await next(sandbox));
      expect(events().filter(({ type }) => type === 'removed')).toEqual([]);
    });

    it('by the first process, destroyed, costs the session alone', async () => {
      const sandbox = await acquire();
      const destroy =
        'import os, time\nfor line in open("/proc/1/maps"):\n    a, b = (int(x, 16) for x in line.split()[0].split("-"))\n    if " rw" in line or " r-x" in line:\n        fd = os.open("/proc/1/mem", os.O_WRONLY)\n        try: os.pwrite(fd, bytes(b - a), a)\n        except OSError: pass\n';
      const ended = await run(sandbox, `${destroy}\nos._exit(0)`);
      expect(ended.sessionRestarted || ended.exitCode === 1).toBe(true);
      await answers(sandbox);
      await answers(await next(sandbox));
    });

    it('by inherited descriptors finds only its own ends', async () => {
      const sandbox = await acquire();
      const code =
        "import os\nsorted({os.readlink(f'/proc/self/fd/{f}').split(':')[0] for f in range(1500) if os.path.islink(f'/proc/self/fd/{f}')})";
      expect(await output(sandbox, code)).toBe("['/dev/null', '/memfd', 'pipe']\n");
      expect(await output(sandbox, "sorted(map(int, os.listdir('/proc/self/fd')))")).toMatch(
        /^\[0, 1, 2, \d+, 1000, 1001, 1002\]\n$/,
      );
    });

    it('by memory finds nothing of earlier episodes', async () => {
      const sandbox = await acquire();
      const search = `import os\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\nelse:\n    exec(${JSON.stringify(await probeText('search.py'))})\n`;
      const look = async (searched: typeof sandbox) =>
        z.object({ found: z.array(z.string()), memory: z.number(), processes: z.number() }).parse(
          JSON.parse(
            (await output(searched, search))
              .split('\n')
              .filter((line) => line.startsWith('{'))
              .join(''),
          ),
        );
      await run(
        sandbox,
        "import sys; kept = ['gold-marker' + str(n) for n in range(1000)]; open('/tmp/kept', 'w').write(kept[0]); sys.stdin.read()",
        { stdin: 'gold-marker' },
      );
      const before = await look(sandbox);
      expect(before.found).toContain('/tmp/kept');
      expect(before.found.filter((place) => place.endsWith('/mem')).length).toBe(1);
      const after = await look(await next(sandbox));
      expect(after.found).toEqual([]);
      expect(after.memory).toBeGreaterThan(1 << 22);
    });

    it.each(DRIVEN_WRONG)(
      'by the session’s own pipes and code, %s: no fault of the sandbox',
      async (_, code) => {
        const sandbox = await acquire();
        const first = sandbox.id;
        await run(sandbox, code, { timeoutMs: 400 });
        // What was forged may cut off an answer, or lend it to another step. At most 9,000 steps have a forged report.
        let said = '';
        for (let step = 0; step < 9_100 && !said.includes('alive'); step += 1)
          said += await output(sandbox, "print('alive')", { timeoutMs: 400 });
        expect(said).toContain('alive');
        const later = await next(sandbox);
        await answers(later);
        expect(later.id).toBe(first);
      },
    );

    it('by a thread that reports and never reads: no fault of the sandbox', async () => {
      const sandbox = await acquire();
      await run(
        sandbox,
        'import itertools, os, threading, time\ndef forge():\n    for n in itertools.cycle(range(1, 600)): os.write(1000, b"%d 0 /\\0" % n)\nthreading.Thread(target=forge, daemon=True).start()\ntime.sleep(60)',
      );
      for (let step = 0; step < 500; step += 1) await run(sandbox, '1', { timeoutMs: 400 });
      await answers(await next(sandbox));
      expect(events().filter(({ type }) => type === 'removed')).toEqual([]);
    });

    it.each(REPLACED)('by what runs the next steps, replaced: %s', async (_, code) => {
      const sandbox = await acquire();
      await run(sandbox, code, { timeoutMs: 400 });
      for (const _step of [1, 2]) await run(sandbox, '1', { timeoutMs: 300 });
      const later = await next(sandbox);
      await answers(later);
      expect(
        await output(later, "import os, sys\nlen([1]), os.getcwd(), os.getuid(), 'traceback' in sys.modules"),
      ).toBe("(1, '/', 0, True)\n");
    });
  },
  'python',
);
