import { describe, expect, it } from 'vitest';
import type { SandboxBench } from './sandbox-bench.ts';

/** What a Python session promises. */
export function pythonContract({ acquire, run, output }: SandboxBench): void {
  describe('a Python action', () => {
    it('shows the value of its last expression, and nothing of the others', async () => {
      const sandbox = await acquire();
      expect(await output(sandbox, '1 + 1\nx = 3\nx * 2')).toBe('6\n');
      expect(await output(sandbox, '_ + 1')).toBe('7\n');
      expect(await output(sandbox, 'None')).toBe('');
    });

    it('finds what the ones before it defined', async () => {
      const sandbox = await acquire();
      await run(
        sandbox,
        'import functools\n@functools.cache\ndef f(n):\n    return 1 if n < 2 else n * f(n - 1)\n',
      );
      await run(sandbox, 'class A:\n    """About A."""\n    b: int = f(5)\n');
      expect(await output(sandbox, 'A.b, A.__doc__, __name__')).toBe("(120, 'About A.', '__main__')\n");
    });

    it('orders sets alike on every machine', async () => {
      const sandbox = await acquire();
      expect(await output(sandbox, 'import sys; sys.flags.hash_randomization')).toBe('0\n');
      const child =
        "import subprocess; subprocess.run(['python3', '-c', 'import sys; print(sys.flags.hash_randomization)']).returncode";
      expect(await output(sandbox, child)).toBe('0\n0\n');
    });

    it('awaits at top level, and goes on with the same event loop', async () => {
      const sandbox = await acquire();
      await run(
        sandbox,
        'import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return asyncio.get_running_loop()\nloop = await f()',
      );
      expect(await output(sandbox, '(await f()) is loop')).toBe('True\n');
    });

    it('keeps output in order, of children and of C code too', async () => {
      const sandbox = await acquire();
      const code = [
        'import ctypes, os, subprocess, sys',
        "print('a'); print('b', file=sys.stderr)",
        "subprocess.run(['echo', 'c']); os.system('echo d')",
        "ctypes.CDLL(None).puts(b'e')",
        "print('no end of line', end='')",
      ].join('\n');
      expect(await output(sandbox, code)).toBe('a\nb\nc\nd\nno end of linee\n');
    });

    it('reads what the client sent, and nothing where it sent nothing', async () => {
      const sandbox = await acquire();
      const sum = await run(sandbox, 'int(input()) + int(input("n: "))', { stdin: '1\n2\n3\n' });
      expect(sum.output.toString()).toBe('n: 3\n');
      expect((await run(sandbox, 'input()')).output.toString()).toContain('EOFError');
      expect((await run(sandbox, 'import sys; sys.stdin.read()', { stdin: 'all' })).output.toString()).toBe(
        "'all'\n",
      );
    });

    it('tells of an exception with the lines of the action alone', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'def f(x):\n    return 1 / x\n');
      const failed = await run(sandbox, 'y = 1\nf(0)');
      expect(failed.exitCode).toBe(1);
      expect(failed.output.toString()).toBe(
        [
          'Traceback (most recent call last):',
          '  File "<step 2>", line 2, in <module>',
          '    f(0)',
          '  File "<step 1>", line 2, in f',
          '    return 1 / x',
          '           ~~^~~',
          'ZeroDivisionError: division by zero',
          '',
        ].join('\n'),
      );
    });

    it('points at a syntax error', async () => {
      const sandbox = await acquire();
      const failed = await run(sandbox, 'x = 1\nif x\n  y');
      expect(failed.exitCode).toBe(1);
      expect(failed.output.toString()).toBe(
        '  File "<step 1>", line 2\n    if x\n        ^\nSyntaxError: expected \':\'\n',
      );
      expect(await output(sandbox, "'x' in globals()")).toBe('False\n');
    });

    it('survives what it exits with', async () => {
      const sandbox = await acquire();
      expect(await run(sandbox, 'x = 1; import sys; sys.exit(3)')).toMatchObject({
        exitCode: 3,
        sessionRestarted: false,
      });
      const said = await run(sandbox, "sys.exit('no more')");
      expect([said.exitCode, said.output.toString()]).toEqual([1, 'no more\n']);
      expect(await output(sandbox, 'x')).toBe('1\n');
    });

    it('has its working directory told', async () => {
      const sandbox = await acquire();
      expect((await run(sandbox, "import os; os.chdir('/tmp')")).cwd).toBe('/tmp');
    });

    it('ends a fork of its own at its end', async () => {
      const sandbox = await acquire();
      const code =
        "import os\npid = os.fork()\nif pid == 0:\n    print('child')\nelse:\n    print('parent', os.waitpid(pid, 0)[1])";
      expect(await output(sandbox, code)).toBe('child\nparent 0\n');
      expect(await output(sandbox, '1')).toBe('1\n');
    });

    it('runs threads, and leaves them to run on', async () => {
      const sandbox = await acquire();
      await run(
        sandbox,
        'import threading\ndone = threading.Event()\nt = threading.Thread(target=done.wait)\nt.start()',
      );
      expect(await output(sandbox, 'done.set(); t.join(); t.is_alive()')).toBe('False\n');
    });

    it('runs deep recursion into an exception', async () => {
      const sandbox = await acquire();
      expect(await output(sandbox, 'def f(n):\n    return f(n + 1)\nf(0)')).toContain(
        'RecursionError: maximum recursion depth exceeded',
      );
      expect(await output(sandbox, '1')).toBe('1\n');
    });
  });

  describe('a Python action at its deadline', () => {
    it('is interrupted, and leaves the interpreter with its state', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'x = 1');
      const cut = await run(sandbox, "print('begun')\nwhile True:\n    x += 1", { timeoutMs: 300 });
      expect(cut).toMatchObject({ exitCode: 124, timedOut: true, sessionRestarted: false });
      expect(cut.output.toString()).toMatch(/^begun\nTraceback.*<step 2>.*KeyboardInterrupt\n$/s);
      expect(await output(sandbox, 'x > 1')).toBe('True\n');
    });

    it('takes what it started along', async () => {
      const sandbox = await acquire();
      const cut = await run(sandbox, "import subprocess\nsubprocess.run(['sleep', '300'])", {
        timeoutMs: 300,
      });
      expect(cut).toMatchObject({ timedOut: true, sessionRestarted: false });
      expect(
        await output(
          sandbox,
          "import glob\n[p for p in glob.glob('/proc/[0-9]*/cmdline') if b'sleep' in open(p, 'rb').read()]",
        ),
      ).toBe('[]\n');
    });

    it('is ended with its interpreter where it will not be interrupted', async () => {
      const sandbox = await acquire();
      const code =
        // An interrupt that comes between two rounds of the inner `try` meets the outer one.
        'while True:\n  try:\n    while True:\n      try:\n        while True:\n          pass\n      except BaseException:\n        pass\n  except BaseException:\n    pass';
      const cut = await run(sandbox, code, { timeoutMs: 300 });
      expect(cut).toMatchObject({ exitCode: 124, timedOut: true, sessionRestarted: true });
      expect(await output(sandbox, '1')).toBe('1\n');
    });
  });

  describe('a Python interpreter that ends', () => {
    it.each([
      ['os._exit', 'import os; os._exit(7)', 7],
      ['a segmentation fault', 'import ctypes; ctypes.string_at(0)', 139],
      ['abort', 'import os; os.abort()', 134],
      ['a kill of its own', 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)', 137],
      [
        'recursion without a limit',
        'import sys\nsys.setrecursionlimit(2**30)\ndef f(_): return sorted([1], key=f)\nf(1)',
        139,
      ],
      ['closed descriptors', 'import os; os.closerange(3, 5000)', 127],
    ])('is replaced: %s', async (_, code, status) => {
      const sandbox = await acquire();
      await run(sandbox, "x = 1; import os; os.chdir('/tmp')");
      const ended = await run(sandbox, code);
      expect(ended).toMatchObject({ exitCode: status, sessionRestarted: true });
      expect(await output(sandbox, "import os\n'x' in globals(), os.getcwd()")).toBe("(False, '/tmp')\n");
    });

    it('is replaced when memory runs out', async () => {
      const sandbox = await acquire();
      const ended = await run(sandbox, "x = [b'x' * 2**24 for _ in range(10_000)]", { timeoutMs: 60_000 });
      expect(ended.sessionRestarted || ended.output.toString().includes('MemoryError')).toBe(true);
      expect(await output(sandbox, '1')).toBe('1\n');
    });
  });

  describe('a Python session', () => {
    it('finds nothing of the one before it', async () => {
      const first = await acquire();
      await run(
        first,
        "import builtins, json, sys\nbuiltins.len = None; json.dumps = None; sys.modules['re'] = None\nopen('/tmp/left', 'w')",
      );
      await first.release();
      const next = await acquire();
      expect(
        await output(
          next,
          "import json, os, re\nlen([1]), json.dumps(1), re.escape('.'), os.path.exists('/tmp/left')",
        ),
      ).toBe("(1, '1', '\\\\.', False)\n");
    });

    it('finds nothing of the runner in itself', async () => {
      const sandbox = await acquire();
      const own = "['confinement', 'capabilities', 'python_driver', 'zygote_main']";
      expect(await output(sandbox, `import sys\n[n for n in ${own} if n in sys.modules]`)).toBe('[]\n');
      expect(await output(sandbox, 'sys.argv, sys.path[0]')).toBe("([''], '')\n");
    });
  });
}
