import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../docker/sandbox.ts';
import { describeUnless, unlessOrdinary } from '../requirements.ts';
import { onEveryEngine, type SecurityBench } from './bench.ts';

/** Everything that a process may be seen with: what an agent's may have, and what its own files and pipes are. */
const AGENT = 0x424fbn;
const OWN =
  /^(\/dev\/null|pipe:\[\d+\]|\/proc\/\d+\/fd|\/(usr\/)?(bin|lib)\/.*|\/etc\/ld\.so\.cache|\/tmp\/newcomers|\/memfd:code_\(deleted\)|)$/;

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

const probe = (name: string) => readFile(new URL(`probes/${name}`, import.meta.url), 'utf8');

await onEveryEngine('a race', (bench) => {
  describe('against what starts beside the session', () => newcomers(bench));
  for (const [kind, needsUsers] of Object.entries(RESTLESS)) {
    const missing = needsUsers ? unlessOrdinary(bench.kind, 'users beside its own') : null;
    describeUnless(missing, `of processes that go on: ${kind}`, () => restless(bench, kind));
  }
});

function newcomers({ acquire, output, next, answers }: SecurityBench): void {
  it('meets no process with a right, a descriptor or a memory that is not the agent’s', async () => {
    const sandbox = await acquire();
    expect(await output(sandbox, 'python3 -I -', { stdin: await probe('newcomers.py') })).toBe('ready\n');
    const request = { argv: ['/bin/true'], cwd: '/', env: {}, timeoutMs: 5_000, maxOutputBytes: 4_096 };
    let met: string[] = [];
    for (let round = 0; round < 20 && met.length < 20; round += 1) {
      for (let one = 0; one < 20; one += 1) await sandbox.exec(request);
      met = (await output(sandbox, 'cat /tmp/newcomers')).trim().split('\n').filter(Boolean);
    }
    expect(met.length).toBeGreaterThanOrEqual(20);
    for (const line of met) expect([line, complaints(line)]).toEqual([line, []]);
    await answers(await next(sandbox));
  });
}

/** What a line of `newcomers.py` tells that it must not. */
function complaints(line: string): string[] {
  const fields = Object.fromEntries(line.split(' ').map((word) => word.split('=', 2)));
  const found: string[] = [];
  for (const name of ['CapPrm', 'CapEff', 'CapBnd']) {
    if ((BigInt(`0x${fields[name]}`) & ~AGENT) !== 0n) found.push(name);
  }
  if (fields.NoNewPrivs !== '1' || fields.Seccomp !== '2') found.push('no filter');
  if (fields.fds !== 'hidden' && !fields.fds.split('|').every((target: string) => OWN.test(target))) {
    found.push('descriptors');
  }
  if (/python/.test(fields.memory ?? '')) found.push('memory');
  return found;
}

function restless({ acquire, run, output, next, answers }: SecurityBench, kind: string): void {
  const start = async () => `KIND = "${kind}"\n${await probe('restless.py')}`;
  const limits = { timeoutMs: 20_000, maxOutputBytes: 65_536 };

  async function busy(): Promise<Sandbox> {
    const sandbox = await acquire();
    expect(await output(sandbox, 'python3 -I -', { stdin: await start() })).toBe('ready\n');
    return sandbox;
  }

  it('does not change what an inspection looks at', async () => {
    const sandbox = await busy();
    const look = 'cat tmp/restless | md5sum; sleep 0.1; cat tmp/restless | md5sum';
    const seen = await sandbox.inspect({ ...limits, argv: ['/bin/sh', '-c', look] });
    const [first, second, ...rest] = seen.output.toString().trim().split('\n');
    expect(rest).toEqual([]);
    expect(second).toBe(first);
  });

  it('does not change the files once they are stopped', async () => {
    const sandbox = await busy();
    await sandbox.quiesce('stop');
    const first = await sandbox.inspect({ ...limits, argv: ['md5sum', 'tmp/restless'] });
    const second = await sandbox.inspect({ ...limits, argv: ['md5sum', 'tmp/restless'] });
    await sandbox.quiesce('resume');
    expect(second.output.toString()).toBe(first.output.toString());
  });

  it('does not outlive the deadline of the step that started it', async () => {
    const sandbox = await acquire();
    const result = await run(sandbox, 'python3 -I -; sleep 60', { stdin: await start(), timeoutMs: 1_500 });
    expect(result).toMatchObject({ timedOut: true });
    expect(result.output.toString()).toContain('ready');
    const look = 'cat /tmp/restless | wc -l; sleep 0.2; cat /tmp/restless | wc -l';
    const [first, second] = (await output(sandbox, look)).trim().split('\n');
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
    const look = 'cat /tmp/restless | wc -l; sleep 0.2; cat /tmp/restless | wc -l';
    const [first, second] = (await output(sandbox, look)).trim().split('\n');
    expect(second).toBe(first);
    await answers(sandbox);
  });

  it('does not outlive its lease', async () => {
    const sandbox = await next(await busy());
    expect(await output(sandbox, 'ls /tmp; ls -d /proc/[0-9]* | wc -l')).toMatch(/^[1-4]\n$/);
  });
}
