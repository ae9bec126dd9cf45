import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { FakeTerminal } from '../cli/fake-terminal.ts';
import { engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

/** One task of each environment that a gold solves by printing, by files, and so on: all of them take minutes. */
const TASKS = {
  'bash-v1': 'permissions-private-keys',
  'sql-v1': 'library-irish-authors',
  'python-v1': 'strings-mask-digits',
  'terminal-v1': 'primes',
} as const;

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `the gallery of cheats on the ${engine.name} engine`, () => {
    let home = '';

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'stepwell-gallery-'));
    });

    afterAll(() => rm(home, { recursive: true }));

    it.each(Object.entries(TASKS))('gains nothing in %s', { timeout: 300_000 }, async (environment, task) => {
      const terminal = new FakeTerminal('', { STEPWELL_HOME: home });
      const flags = ['--task', task, '--runtime', engine.name, '--json'];
      const exitCode = await run(['cheats', environment, ...flags], terminal);
      const outcomes: { verdict: string }[] = JSON.parse(terminal.printed);
      expect(outcomes.filter(({ verdict }) => verdict !== 'held')).toEqual([]);
      expect(outcomes.length).toBeGreaterThan(15);
      expect(exitCode).toBe(0);
    });
  });
}
