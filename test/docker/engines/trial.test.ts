import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { escapes, reportProgram } from '../../../docker/engines/confinement-report.ts';
import { tryOut } from '../../../docker/engines/trial.ts';
import { FakeContainer, RUN_FIELDS } from '../fake-engine.ts';

const CONFINED = {
  CapInh: '00000000000424fb',
  CapPrm: '00000000000424fb',
  CapEff: '00000000000424fb',
  CapBnd: '00000000000424fb',
  CapAmb: '0000000000000000',
  NoNewPrivs: '1',
  Seccomp: '2',
};
const INSPECTING = {
  ...CONFINED,
  CapInh: '0',
  CapPrm: '0000000000000002',
  CapEff: '0000000000000002',
  CapBnd: '2',
};
const OWN = ['/dev/null', 'pipe:[12]', 'pipe:[12]', '/memfd:code (deleted)', '/proc/7/fd'];

interface Answers {
  readonly run?: Buffer;
  readonly exec?: Buffer;
  readonly inspect?: Buffer;
}

const report = (status: Readonly<Record<string, string>>, descriptors: readonly string[] = OWN) =>
  Buffer.from(
    [...Object.entries(status).map(([name, value]) => `${name}:\t${value}`), ...descriptors].join('\n'),
  );

function tried(answers: Answers, isolation: 'layer' | 'replace' = 'layer'): Promise<void> {
  const container = new FakeContainer('tried', 'bash', isolation);
  const reports = { run: report(CONFINED), exec: report(CONFINED), inspect: report(INSPECTING), ...answers };
  for (const [op, payload] of Object.entries(reports)) {
    container.runner.answer(op, () => ({ fields: RUN_FIELDS, payload }));
  }
  container.runner.hello(isolation);
  return tryOut(container, 10_000);
}

describe('a trial', () => {
  it('takes a container in which session, program and inspection are confined', async () => {
    await tried({});
  });

  it.each<[string, Answers, RegExp]>([
    [
      'a session with a right too many',
      { run: report({ ...CONFINED, CapEff: '00000000002424fb' }) },
      /CapEff of a session/,
    ],
    [
      'a program without a filter',
      { exec: report({ ...CONFINED, Seccomp: '0' }) },
      /beside the session has no system call filter/,
    ],
    [
      'a program that can gain privileges',
      { exec: report({ ...CONFINED, NoNewPrivs: '0' }) },
      /can gain privileges/,
    ],
    ['an inspection with the agent’s rights', { inspect: report(CONFINED) }, /CapPrm of an inspection/],
    [
      'an inherited right',
      { inspect: report({ ...INSPECTING, CapBnd: '00000000a82425fb' }) },
      /CapBnd of an inspection/,
    ],
    [
      'an outer descriptor',
      { exec: report(CONFINED, [...OWN, '/opt/stepwell/scratch']) },
      /has open \/opt\/stepwell\/scratch/,
    ],
    ['a socket', { run: report(CONFINED, [...OWN, 'socket:[3]']) }, /has open socket/],
    ['no report at all', { run: Buffer.from('hello') }, /did not report/],
  ])('refuses %s', async (_, answers, reason) => {
    await expect(tried(answers)).rejects.toThrow(reason);
  });

  it('refuses a container in which no program starts beside the session', async () => {
    const fails = new FakeContainer('fails', 'bash', 'layer');
    fails.runner.answer('run', () => ({ fields: RUN_FIELDS, payload: report(CONFINED) }));
    const payload = Buffer.from('not permitted');
    fails.runner.answer('exec', () => ({ fields: { ...RUN_FIELDS, exit_code: 1 }, payload }));
    fails.runner.hello('layer');
    await expect(tryOut(fails, 10_000)).rejects.toThrow('not permitted');
  });

  it('asks for no inspection where there are no layers', async () => {
    await tried({ inspect: report({ ...CONFINED, Seccomp: '0' }) }, 'replace');
  });
});

/** Signals that queue up and go: the width of a field of every status of this user changes with them. */
const QUEUEING = `
import os, signal
numbers = [signal.SIGRTMIN + 1]
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
print(flush=True)
while True:
    for _ in range(12): os.kill(os.getpid(), numbers[0])
    for _ in range(12): signal.sigtimedwait(numbers, 0)
`;

describe('a program’s report on itself', () => {
  it('is whole while the fields of its status change their width', async () => {
    const queueing = spawn('python3', ['-c', QUEUEING], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((begun) => queueing.stdout.once('data', begun));
    try {
      for (let run = 0; run < 50; run += 1) {
        const [program = '', ...args] = reportProgram;
        const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
        expect(escapes('a session', stdout).join()).not.toContain('did not report');
      }
    } finally {
      queueing.kill('SIGKILL');
    }
  });
});
