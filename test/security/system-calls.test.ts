import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Session } from '../../docker/image-definition.ts';
import { BUILD_MS, dockerEngine, dockerMissing } from '../engines.ts';
import { describeUnless, itUnless } from '../requirements.ts';
import { onEveryEngine, probeText } from './bench.ts';

/** How the error of each system call is called, or `done`. */
const Outcomes = z.record(z.string(), z.string());
type Outcomes = z.infer<typeof Outcomes>;

const REFUSALS = ['EPERM', 'ENOSYS', 'SIGSYS'];
const isRefused = (outcome: string | undefined) => REFUSALS.includes(outcome ?? '');

/** What allows every call that this kernel has and whose refusal needs no right that a container may lack. */
const WIDE_OPEN = ['--security-opt', 'seccomp=unconfined', '--cap-add', 'SYS_ADMIN'];

const program = await probeText('surface.py');
const noReference = await dockerMissing();

/** The outcomes in a container that Docker alone confines, of the same image. */
async function inPlainContainer(image: Session, options: readonly string[] = []): Promise<Outcomes> {
  const run = ['run', '--rm', '-i', ...options, `stepwell/${image}`, 'python3', '-I', '-'];
  const child = spawn('docker', run, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(program);
  return Outcomes.parse(JSON.parse(await text(child.stdout)));
}

describeUnless(noReference, 'system calls in a plain container', () => {
  it('are refused by its confinement, and not for what the probe does wrong', async () => {
    await (await dockerEngine()).close();
    const [plain, open] = [await inPlainContainer('bash'), await inPlainContainer('bash', WIDE_OPEN)];
    expect(Object.keys(plain).length).toBeGreaterThan(150);
    expect(Object.keys(plain).filter((name) => isRefused(plain[name]) && !isRefused(open[name])).length)
      // Those that the kernel lacks, or that ask for more than SYS_ADMIN, are refused there too.
      .toBeGreaterThan(60);
  });
});

for (const session of ['bash', 'python'] as const) {
  await onEveryEngine(
    `system calls around a ${session} session`,
    ({ acquire, probe }) => {
      let plain: Outcomes = {};
      const request = { cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeoutMs: 60_000, maxOutputBytes: 65_536 };

      beforeAll(async () => {
        if (noReference === null) plain = await inPlainContainer(session);
      }, BUILD_MS);

      /** Those that a plain container refuses and this place does not. */
      function looser(reported: unknown): string[] {
        const ours = Outcomes.parse(reported);
        expect(Object.keys(ours)).toEqual(Object.keys(plain));
        return Object.keys(plain).filter((name) => isRefused(plain[name]) && !isRefused(ours[name]));
      }

      itUnless(noReference, 'allow the session nothing that a plain container refuses', async () => {
        expect(looser(await probe(await acquire(), 'surface.py'))).toEqual([]);
      });

      itUnless(noReference, 'allow a program beside it nothing that a plain container refuses', async () => {
        const sandbox = await acquire();
        await sandbox.putFiles([{ path: '/tmp/probe.py', type: 'file', content: program }]);
        const { output } = await sandbox.exec({ ...request, argv: ['python3', '-I', '/tmp/probe.py'] });
        expect(looser(JSON.parse(output.toString()))).toEqual([]);
      });

      itUnless(noReference, 'allow an inspection nothing that a plain container refuses', async () => {
        const sandbox = await acquire();
        await sandbox.putFiles([{ path: '/tmp/probe.py', type: 'file', content: program }]);
        const argv = ['python3', '-I', '/mnt/tmp/probe.py'];
        const { output } = await sandbox.inspect({ argv, timeoutMs: 60_000, maxOutputBytes: 65_536 });
        expect(looser(JSON.parse(output.toString()))).toEqual([]);
      });
    },
    session,
  );
}
