import { describe, expect, it } from 'vitest';
import type { ExecRequest, Sandbox } from '../../docker/sandbox.ts';
import { itUnless, unlessOrdinary } from '../requirements.ts';
import { countProcesses } from '../shell-processes.ts';
import type { SandboxBench } from './sandbox-bench.ts';

/** What running code in a sandbox promises. */
export function commandContract({ acquire, run, output, kind }: SandboxBench): void {
  describe('a command', () => {
    it('returns its merged output, exit status and working directory', async () => {
      const sandbox = await acquire();
      const result = await run(sandbox, 'echo out; echo err >&2; cd /tmp; (exit 3)');
      expect(result).toMatchObject({ exitCode: 3, cwd: '/tmp', timedOut: false, sessionRestarted: false });
      expect(result.output.toString()).toBe('out\nerr\n');
    });

    it('finds variables, functions, aliases, options and $? of the one before', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'x=5; f() { echo "f $x"; }; alias g="echo alias"; set -- a b; shopt -s nullglob');
      await run(sandbox, 'false');
      expect(await output(sandbox, 'echo $? $x $# *nothing; f; g')).toBe('1 5 2\nf 5\nalias\n');
    });

    it('reads what the client sent, and nothing where it sent nothing', async () => {
      const sandbox = await acquire();
      expect((await run(sandbox, 'cat', { stdin: 'a\nb' })).output.toString()).toBe('a\nb');
      expect(await output(sandbox, 'cat; echo end')).toBe('end\n');
      expect((await run(sandbox, 'read line; echo "got $line"', { stdin: 'x\ny\n' })).output.toString()).toBe(
        'got x\n',
      );
    });

    it('names the shell and the line in its errors', async () => {
      const sandbox = await acquire();
      expect(await output(sandbox, 'true\nnosuchcommand')).toBe(
        'bash: line 2: nosuchcommand: command not found\n',
      );
    });

    it('shows only its own text in a syntax error, also after a failure', async () => {
      const sandbox = await acquire();
      for (const before of ['true', 'false']) {
        await run(sandbox, before);
        expect(await output(sandbox, 'echo 1; fi')).toBe(
          "bash: eval: line 1: syntax error near unexpected token `fi'\nbash: eval: line 1: `echo 1; fi'\n",
        );
      }
    });

    it('shows only its own text in a syntax error while it is traced, and is traced afterwards', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'set -x');
      for (const before of ['true', 'false']) {
        expect(await output(sandbox, before)).toMatch(new RegExp(`^\\++ ${before}\n$`));
        expect(await output(sandbox, 'echo 1; fi')).toBe(
          "bash: eval: line 1: syntax error near unexpected token `fi'\nbash: eval: line 1: `echo 1; fi'\n",
        );
        expect(await output(sandbox, 'echo $?')).toMatch(/^\++ echo 2\n2\n$/);
        expect(await output(sandbox, 'echo a\nfi')).toMatch(
          /^\++ echo a\na\nbash: eval: line 2: syntax error near unexpected token `fi'\nbash: eval: line 2: `fi'\n$/,
        );
      }
    });

    it.each([
      ['NUL bytes', '/dev/zero'],
      ['a long line', '<(head -c 100000000 /dev/zero | tr "\\0" x)'],
      ['a long line of a file', '/tmp/long'],
    ])('runs each command after a `read` whose time was over amid %s', async (_, source) => {
      const sandbox = await acquire();
      await run(sandbox, 'head -c 30000000 /dev/zero | tr "\\0" x > /tmp/long');
      await run(sandbox, `read -t 0.2 x < ${source}`);
      for (const word of ['one', 'two', 'three'])
        expect(await output(sandbox, `echo ${word}`)).toBe(`${word}\n`);
    });

    it('after a failure runs no trap of the failure again, and ends no shell with errexit', async () => {
      const sandbox = await acquire();
      await run(sandbox, "trap 'echo trapped' ERR");
      expect(await output(sandbox, 'false')).toBe('trapped\n');
      expect(await output(sandbox, 'echo $?')).toBe('1\n');
      expect(await output(sandbox, 'set -e')).toBe('');
      expect(await run(sandbox, 'false && true')).toMatchObject({ exitCode: 1, sessionRestarted: false });
      expect(await run(sandbox, 'echo $?')).toMatchObject({ sessionRestarted: false });
    });

    it('after a failure leaves the status where there is no command', async () => {
      const sandbox = await acquire();
      for (const text of ['# nothing', '', ' \n# nothing\n\n#']) {
        await run(sandbox, '(exit 3)');
        expect(await run(sandbox, text)).toMatchObject({ exitCode: 3 });
        expect(await output(sandbox, 'echo $?')).toBe('3\n');
      }
    });

    it('sees no descriptor but its three', async () => {
      const sandbox = await acquire();
      expect(await output(sandbox, 'ls /proc/self/fd')).toBe('0\n1\n2\n3\n');
    });

    // The runner's own waits end roughly.
    it('waits as exactly as any program', async () => {
      const sandbox = await acquire();
      expect(await output(sandbox, 'cat /proc/self/timerslack_ns')).toBe('50000\n');
    });

    it('keeps bytes that are no text', async () => {
      const sandbox = await acquire();
      const result = await run(sandbox, "printf '\\377\\000\\n'");
      expect([...result.output]).toEqual([0xff, 0, 10]);
    });
  });

  describe('an odd command', () => {
    it.each([
      ['unbalanced quotes', 'echo "abc', 2],
      ['an open if', 'if true; then', 2],
      ['a stray break', 'for i in 1; do break 100; done', 0],
      ['break outside of loops', 'break 7; true', 0],
      ['return outside of functions', 'return 5', 2],
      ['no command', '', 0],
      ['a comment', '# nothing', 0],
      ['a here-document', 'cat <<X\ntext\nX\n', 0],
    ])('leaves the shell alive: %s', async (_, code, status) => {
      const sandbox = await acquire();
      await run(sandbox, 'mark=1');
      const result = await run(sandbox, code);
      expect(result).toMatchObject({ exitCode: status, sessionRestarted: false });
      expect(await output(sandbox, 'echo $mark')).toBe('1\n');
    });

    it.each([10, 11, 12, 13])(
      'that closes descriptor %i of the shell costs at most the shell',
      async (number) => {
        const sandbox = await acquire();
        await run(sandbox, `exec ${number}>&-`, { timeoutMs: 2_000 });
        await run(sandbox, 'true', { timeoutMs: 2_000 });
        expect(await output(sandbox, 'echo here')).toBe('here\n');
      },
    );

    it.each([
      ['exit', 'exit 7', 7],
      ['exec', 'exec true', 0],
      ['set -e', 'set -e; false', 1],
      ['an unbound variable', 'set -u; echo $nope', 1],
    ])('that ends the shell gets a new one in the same place, and says so: %s', async (_, code, status) => {
      const sandbox = await acquire();
      await run(sandbox, 'mkdir -p /work; cd /work; echo kept > file; gone=1');
      expect(await run(sandbox, code)).toMatchObject({
        exitCode: status,
        sessionRestarted: true,
        cwd: '/work',
      });
      expect(await output(sandbox, 'cat file; echo "[$gone]"')).toBe('kept\n[]\n');
    });

    it('that kills the shell has no effect, or says that there is a new one', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'mark=1');
      const { sessionRestarted } = await run(sandbox, 'kill -9 $$');
      expect(await output(sandbox, 'echo "[$mark]"')).toBe(sessionRestarted ? '[]\n' : '[1]\n');
    });

    it('cannot imitate its end by what it prints or writes', async () => {
      const sandbox = await acquire();
      const code =
        "printf '2 0 /forged\\0'; for fd in 60 61 62 63; do printf '2 0 /forged\\0' >&$fd; done 2>/dev/null; echo end; false";
      const result = await run(sandbox, code);
      expect(result).toMatchObject({ exitCode: 1, cwd: '/' });
      expect(result.output.toString()).toMatch(/end\n$/);
    });

    itUnless(
      unlessOrdinary(kind, 'programs that it may replace'),
      'that removes the shell and ends it leaves a sandbox that says so',
      async () => {
        const sandbox = await acquire();
        for (const code of ['rm -f /bin/bash; exec true', 'echo alive']) {
          const said = (await run(sandbox, code)).output.toString();
          expect(said).toBe('stepwell: the session could not be started again in this sandbox\n');
        }
        expect((await sandbox.getFile('/etc/passwd')).length).toBeGreaterThan(0);
      },
    );

    it('among many finds room for processes, though earlier ones left orphans', async () => {
      const sandbox = await acquire();
      const orphans = 'for i in {1..90}; do (true &); done; echo done';
      for (let step = 0; step < 5; step += 1) expect(await output(sandbox, orphans)).toBe('done\n');
    });

    it('that traces shows its own lines only', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'set -x');
      expect(await output(sandbox, 'echo traced')).toMatch(/^\++ echo traced\ntraced\n$/);
    });
  });

  describe('a fresh program beside the session', () => {
    const exec = (sandbox: Sandbox, code: string, request: Partial<ExecRequest> = {}) =>
      sandbox.exec({
        argv: ['/bin/bash', '-c', code],
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', OWN: 'yes' },
        timeoutMs: 10_000,
        maxOutputBytes: 65_536,
        ...request,
      });

    it('has its own environment, directory and status, the same files, and nothing of the shell', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'x=1; export Y=2; cd /tmp; echo data > file; echo shared > /dev/shm/file');
      const result = await exec(
        sandbox,
        'pwd; echo "$x$Y$OWN"; cat file /dev/shm/file; cat; echo $PPID; exit 4',
        { cwd: '/tmp' },
      );
      expect(result.output.toString()).toMatch(/^\/tmp\nyes\ndata\nshared\n[01]\n$/);
      expect(result).toMatchObject({ exitCode: 4, timedOut: false });
      expect((await exec(sandbox, 'ls /proc/self/fd')).output.toString()).toBe('0\n1\n2\n3\n');
    });

    it('waits as exactly as any program', async () => {
      const sandbox = await acquire();
      expect((await exec(sandbox, 'cat /proc/self/timerslack_ns')).output.toString()).toBe('50000\n');
    });

    it('needs no file of the sandbox but its own', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'rm -f /usr/bin/env /dev/null');
      const { output: said } = await exec(sandbox, 'echo here');
      expect(said.toString()).toBe('here\n');
    });

    it('is killed at its deadline with what it started', async () => {
      const sandbox = await acquire();
      const result = await exec(sandbox, 'setsid sleep 300 & echo begun; sleep 300', { timeoutMs: 300 });
      expect(result).toMatchObject({ timedOut: true });
      expect(result.output.toString()).toBe('begun\n');
      expect(await output(sandbox, countProcesses('sleep', 'RSD'))).toBe('0\n');
    });

    it('is waited for as long as others hold its output, up to a limit', async () => {
      const sandbox = await acquire();
      const late = await exec(sandbox, '(sleep 0.2; echo late) & echo early', { lingerMs: 5_000 });
      expect(late.output.toString()).toBe('early\nlate\n');
      const never = await exec(sandbox, 'sleep 300 & echo early', { lingerMs: 50 });
      expect(never).toMatchObject({ timedOut: false, exitCode: 0 });
      expect(never.output.toString()).toBe('early\n');
    });
  });

  it('answers questions for names at once, where there is no network', async () => {
    const sandbox = await acquire();
    expect(
      await output(
        sandbox,
        'getent ahosts example.com || echo none; getent hosts localhost | grep -c localhost',
      ),
    ).toBe('none\n1\n');
  });

  describe('a deadline', () => {
    it('returns what was printed, skips the rest and leaves the shell with its state', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'state=1');
      const code = 'f() { sleep 60; echo inner; }; echo begun; f; echo outer; touch /tmp/never';
      const result = await run(sandbox, code, { timeoutMs: 300 });
      expect(result).toMatchObject({
        timedOut: true,
        timeout: 'deadline',
        exitCode: 124,
        sessionRestarted: false,
      });
      expect(result.output.toString()).toBe('begun\n');
      expect(await output(sandbox, `echo $state; ls /tmp/never 2>&1; ${countProcesses('sleep')}`)).toMatch(
        /^1\nls: cannot/,
      );
    });

    it.each([
      ['a busy loop of the shell', 'while :; do :; done'],
      ['loops in functions', 'f() { while :; do :; done; }; while :; do f; done'],
      ['a program that ignores interrupts', 'sh -c \'trap "" INT TERM; while :; do sleep 1; done\''],
      ['a blocked open', 'mkfifo /tmp/pipe$$ && cat < /tmp/pipe$$'],
    ])('ends %s', async (_, code) => {
      const sandbox = await acquire();
      await run(sandbox, 'state=1');
      expect(await run(sandbox, code, { timeoutMs: 200 })).toMatchObject({ timedOut: true });
      expect(await output(sandbox, 'echo alive')).toBe('alive\n');
    });

    it('replaces a shell that will not come back, and says so', async () => {
      const sandbox = await acquire();
      const result = await run(sandbox, "trap '' RTMIN+7; while :; do :; done", { timeoutMs: 200 });
      expect(result).toMatchObject({ timedOut: true, sessionRestarted: true });
      expect(await output(sandbox, 'echo alive')).toBe('alive\n');
    });

    it('spares what earlier commands left running', async () => {
      const sandbox = await acquire();
      await run(sandbox, 'sleep 300 & echo $! > /tmp/pid');
      await run(sandbox, 'sleep 0.05');
      await run(sandbox, 'sleep 60', { timeoutMs: 200 });
      expect(await output(sandbox, 'kill -0 $(cat /tmp/pid) && echo running')).toBe('running\n');
    });

    it('of silence cuts a quiet command and leaves a talkative one', async () => {
      const sandbox = await acquire();
      const quiet = await run(sandbox, 'echo a; sleep 60', { idleTimeoutMs: 300 });
      expect(quiet).toMatchObject({ timedOut: true, timeout: 'idle' });
      expect(quiet.output.toString()).toBe('a\n');
      const talkative = 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done';
      expect(await run(sandbox, talkative, { idleTimeoutMs: 1_000 })).toMatchObject({
        timedOut: false,
        exitCode: 0,
      });
    });
  });

  describe('output', () => {
    it('over the cap keeps head and tail and tells what is missing', async () => {
      const sandbox = await acquire();
      const result = await run(sandbox, 'seq 1 200000', { maxOutputBytes: 1000 });
      const total = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('').length;
      expect(result.output.length).toBe(1000);
      expect(result.truncatedBytes).toBe(total - 1000);
      expect(result.truncatedAt).toBe(500);
      const whole = await output(sandbox, 'seq 1 200000 | sha256sum');
      expect(`${result.sha256}  -\n`).toBe(whole);
      expect((await run(sandbox, 'seq 3')).sha256).toBeNull();
      expect(result.output.toString()).toMatch(/^1\n2\n.*\n200000\n$/s);
    });

    it('without end is cut at the deadline', async () => {
      const sandbox = await acquire();
      const result = await run(sandbox, 'yes', { timeoutMs: 300, maxOutputBytes: 4096 });
      expect(result).toMatchObject({ timedOut: true });
      expect(result.output.length).toBe(4096);
      expect(result.truncatedBytes).toBeGreaterThan(0);
    });
  });
}
