import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../docker/sandbox.ts';
import { onEveryEngine, type SecurityBench } from './bench.ts';

/** Ways of keeping the end of a process from the runner, by what the attempt says of itself. */
const HOLDS = {
  sibling: 'made',
  ended_sibling: 'made',
  traced: 'traced',
  traced_first: 'traced',
  exit_stop: '-1',
  exit_stop_later: '-1',
};

const LIMITS = { timeoutMs: 20_000, maxOutputBytes: 65_536 };

await onEveryEngine('an end that the agent holds up', (bench) => {
  for (const [how, said] of Object.entries(HOLDS)) describe(how, () => held(bench, how, said));

  it('leaves the machine most of its terminals', async () => {
    const sandbox = await bench.acquire();
    const code = ['import os', 'try:', '    for made in range(4096): os.openpty()', 'finally: print(made)'];
    const made = await bench.output(sandbox, `python3 -c '${code.join('\n')}' 2>/dev/null`);
    expect(Number(made)).toBeLessThanOrEqual(64);
    expect(Number(made)).toBeGreaterThan(8);
  });
});

function held({ acquire, output, run, next, answers }: SecurityBench, how: string, said: string): void {
  const program = async () =>
    `HOW = "${how}"\n${await readFile(new URL('probes/holders.py', import.meta.url), 'utf8')}`;

  /** Run beside the session what then lives on. */
  async function holding(): Promise<Sandbox> {
    const sandbox = await acquire();
    await sandbox.putFiles([{ path: '/tmp/holder.py', type: 'file', content: await program() }]);
    const argv = ['/usr/bin/python3', '-I', '/tmp/holder.py'];
    const result = await sandbox.exec({ ...LIMITS, argv, cwd: '/', env: {}, lingerMs: 0 });
    expect(result.output.toString().trim()).toBe(said);
    return sandbox;
  }

  it('keeps no program beside the session, and no step, from its end', async () => {
    const sandbox = await holding();
    const result = await sandbox.exec({ ...LIMITS, argv: ['/bin/echo', 'on'], cwd: '/', env: {} });
    expect(result).toMatchObject({ exitCode: 0 });
    await answers(sandbox);
  });

  it('keeps no look and no kill from the files', async () => {
    const sandbox = await holding();
    expect((await sandbox.inspect({ ...LIMITS, argv: ['ls', 'tmp'] })).output.toString()).toBe('holder.py\n');
    await sandbox.quiesce('kill');
    const changed = await sandbox.inspect({ ...LIMITS, argv: ['ls', 'tmp'] });
    expect(changed.output.toString()).toBe('holder.py\n');
  });

  it('keeps no reset from the same container', async () => {
    const sandbox = await next(await holding());
    expect(await output(sandbox, 'ls /tmp')).toBe('');
  });

  it('keeps no step of the session from its deadline', async () => {
    const sandbox = await acquire();
    const late = await run(sandbox, 'python3 -I -; sleep 60', { stdin: await program(), timeoutMs: 2_000 });
    expect(late).toMatchObject({ timedOut: true });
    await answers(sandbox);
    await answers(await next(sandbox));
  });
}
