import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { describeUnless, unlessOrdinary } from '../requirements.ts';
import { onEveryEngine, type SecurityBench } from './bench.ts';

/** Ways of going on that a stop, a kill or a look around could miss, and whether they take users of their own. */
const RESTLESS = {
  chain: false,
  sessions: false,
  woken: false,
  another_user: true,
  unreadable: false,
  without_head: false,
  many_groups: true,
  reviver: false,
};

/** A session's own processes are held in one way, whatever it runs: a Python one is tried with a few kinds. */
const KINDS = { bash: Object.keys(RESTLESS), python: ['chain', 'woken', 'without_head'] };

const probe = (name: string) => readFile(new URL(`probes/${name}`, import.meta.url), 'utf8');

for (const session of ['bash', 'python'] as const) {
  await onEveryEngine(
    `a race in a ${session} session`,
    (bench) => {
      for (const [kind, needsUsers] of Object.entries(RESTLESS)) {
        if (!KINDS[session].includes(kind)) continue;
        const missing = needsUsers ? unlessOrdinary(bench.kind, 'users beside its own') : null;
        describeUnless(missing, `of processes that go on: ${kind}`, () => restless(bench, kind));
      }
      describe('of names', () => games(bench));
    },
    session,
  );
}

/** How the attempts are written in the language of each session. */
const WRITTEN = {
  bash: {
    begin: (program: string) => ['python3 -I -', program] as const,
    endless: (program: string) => ['python3 -I -; sleep 60', program] as const,
    counts: 'cat /tmp/restless | wc -l; sleep 0.2; cat /tmp/restless | wc -l',
    left: 'ls /tmp; ls -d /proc/[0-9]* | wc -l',
  },
  python: {
    begin: (program: string) => [program, ''] as const,
    endless: (program: string) => [`${program}\ntime.sleep(60)`, ''] as const,
    counts:
      "import time\nfor _ in range(2):\n    print(len(open('/tmp/restless').readlines()))\n    time.sleep(0.2)",
    left: "import os\nfor name in os.listdir('/tmp'): print(name)\nprint(sum(map(str.isdigit, os.listdir('/proc'))))",
  },
};

/** An MD5 sum of something: not of an empty file. */
const SUM = /^(?!d41d8cd98f00b204)[0-9a-f]{32} /;

function restless({ acquire, run, output, next, answers, session }: SecurityBench, kind: string): void {
  const written = WRITTEN[session];
  const start = async () => `KIND = "${kind}"\n${await probe('restless.py')}`;
  const limits = { timeoutMs: 20_000, maxOutputBytes: 65_536 };

  async function busy(): Promise<Sandbox> {
    const sandbox = await acquire();
    const [code, stdin] = written.begin(await start());
    expect(await output(sandbox, code, { stdin })).toBe('ready\n');
    return sandbox;
  }

  it('does not change what an inspection looks at', async () => {
    const sandbox = await busy();
    const look = 'cat tmp/restless | md5sum; sleep 0.1; cat tmp/restless | md5sum';
    const seen = await sandbox.inspect({ ...limits, argv: ['/bin/sh', '-c', look] });
    const [first, second, ...rest] = seen.output.toString().trim().split('\n');
    expect(rest).toEqual([]);
    expect(first).toMatch(SUM);
    expect(second).toBe(first);
  });

  it('does not change the files once they are stopped', async () => {
    const sandbox = await busy();
    await sandbox.quiesce('stop');
    const first = await sandbox.inspect({ ...limits, argv: ['md5sum', 'tmp/restless'] });
    const second = await sandbox.inspect({ ...limits, argv: ['md5sum', 'tmp/restless'] });
    await sandbox.quiesce('resume');
    expect(first.output.toString()).toMatch(SUM);
    expect(second.output.toString()).toBe(first.output.toString());
  });

  it('does not outlive the deadline of the step that started it', async () => {
    const sandbox = await acquire();
    const [code, stdin] = written.endless(await start());
    const result = await run(sandbox, code, { stdin, timeoutMs: 1_500 });
    expect(result).toMatchObject({ timedOut: true });
    expect(result.output.toString()).toContain('ready');
    const [first, second] = (await output(sandbox, written.counts)).trim().split('\n');
    expect(Number(first)).toBeGreaterThan(0);
    expect(second).toBe(first);
    await answers(sandbox);
  });

  it('does not outlive the deadline of a program beside the session', async () => {
    const sandbox = await acquire();
    await sandbox.putFiles([{ path: '/tmp/restless.py', type: 'file', content: await start() }]);
    const argv = ['/bin/sh', '-c', 'python3 -I /tmp/restless.py; sleep 60'];
    const ended = await sandbox.exec({
      ...limits,
      argv,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      timeoutMs: 1_500,
    });
    expect(ended).toMatchObject({ timedOut: true });
    const [first, second] = (await output(sandbox, written.counts)).trim().split('\n');
    expect(Number(first)).toBeGreaterThan(0);
    expect(second).toBe(first);
    await answers(sandbox);
  });

  it('does not outlive its lease', async () => {
    const sandbox = await next(await busy());
    expect(await output(sandbox, written.left)).toMatch(/^[1-4]\n$/);
  });
}

/** Names that change their meaning while an inspection is made ready to look at them. */
function games({ acquire, output, next, answers, session }: SecurityBench): void {
  it('leads no inspection to another place than the agent’s own, or shows it two states', async () => {
    const sandbox = await acquire();
    const [code, stdin] = WRITTEN[session].begin(await probe('games.py'));
    expect(await output(sandbox, code, { stdin })).toBe('ready\n');
    const look = 'pwd -P; cat name; sleep 0.02; [ "$(cat name)" = "$(cat ../a/name)" ] && echo still';
    const seen: string[] = [];
    for (let round = 0; round < 15; round += 1) {
      const request = {
        argv: ['/bin/sh', '-c', look],
        cwd: '/work/a',
        timeoutMs: 10_000,
      };
      seen.push(
        await sandbox.inspect({ ...request, maxOutputBytes: 4_096 }).then(
          (result) => result.output.toString(),
          (error: unknown) => (error instanceof SandboxError ? error.code : String(error)),
        ),
      );
    }
    for (const one of seen)
      expect(one).toBeOneOf([
        'path_refused',
        ...['one', 'two'].map((name) => `/mnt/work/a\n${name}\nstill\n`),
      ]);
    expect(seen.filter((one) => one !== 'path_refused').length).toBeGreaterThan(0);
    await answers(await next(sandbox));
  });
}
