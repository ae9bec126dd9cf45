import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { onEveryEngine } from './bench.ts';

/** Everything that a process may be seen with: what an agent's may have, and what its own files and pipes are. */
const AGENT = 0x424fbn;
const OWN =
  /^(\/dev\/null|pipe:\[\d+\]|\/proc\/\d+\/fd|\/(usr\/)?(bin|lib)\/.*|\/etc\/ld\.so\.cache|\/tmp\/newcomers|\/memfd:code_\(deleted\)|)$/;

const hunter = await readFile(new URL('probes/newcomers.py', import.meta.url), 'utf8');

/**
 * What comes into the agent's pid namespace from outside, whether a crowd is needed to be there when it does, and how many must
 * be met: a stop's own process is there for a moment, and for a crowd only, and is met by chance.
 */
const NEWCOMERS = [
  ['a program beside the session', exec, { crowd: false, least: 8 }],
  ['a program that is killed at its deadline', deadline, { crowd: true, least: 1 }],
  ['what stops all processes for a look', inspection, { crowd: true, least: 0 }],
  ['what stops all processes for a grade', stop, { crowd: true, least: 0 }],
] as const;

const LIMITS = { timeoutMs: 5_000, maxOutputBytes: 4_096 };

async function exec(sandbox: Sandbox): Promise<void> {
  for (let one = 0; one < 10; one += 1)
    await sandbox.exec({ ...LIMITS, argv: ['/bin/true'], cwd: '/', env: {} });
}

async function stop(sandbox: Sandbox): Promise<void> {
  await sandbox.quiesce('stop');
  await sandbox.quiesce('resume');
}

async function deadline(sandbox: Sandbox): Promise<void> {
  await sandbox.exec({ ...LIMITS, argv: ['/bin/sleep', '60'], cwd: '/', env: {}, timeoutMs: 20 });
}

/** The kernel counts an ordinary user's processes in all sandboxes together, and may have no room for another one. */
async function inspection(sandbox: Sandbox): Promise<void> {
  try {
    await sandbox.inspect({ ...LIMITS, argv: ['/bin/true'] });
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== 'exhausted') throw error;
  }
}

for (const session of ['bash', 'python'] as const) {
  await onEveryEngine(
    `pid guessing in a ${session} session`,
    ({ acquire, output, next, answers }) => {
      it.each(NEWCOMERS)(
        'meets no right, descriptor or memory that is not the agent’s: %s',
        async (_, provoke, { crowd, least }) => {
          const sandbox = await acquire();
          const code = `WOKEN = ${crowd ? 'True' : 'False'}\n${hunter}`;
          const said =
            session === 'bash'
              ? await output(sandbox, 'python3 -I -', { stdin: code })
              : await output(sandbox, code);
          expect(said).toContain('ready\n');
          let met: string[] = [];
          // On a busy machine fewer are met each time.
          for (let round = 0; met.length < 8 && round < (met.length < least ? 100 : 12); round += 1) {
            await provoke(sandbox);
            met = (await sandbox.getFile('/tmp/newcomers')).toString().trim().split('\n').filter(Boolean);
          }
          expect(met.length).toBeGreaterThanOrEqual(least);
          for (const line of met) expect([line, complaints(line)]).toEqual([line, []]);
          await answers(await next(sandbox));
        },
      );
    },
    session,
  );
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
