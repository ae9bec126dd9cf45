import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless } from '../requirements.ts';
import { type FrontServer, runTrainer, startFrontServer, TRAINER_MS, trainerMissing } from './trainer.ts';

const PACKAGE = resolve(import.meta.dirname, '../../clients/openenv');

describeUnless(await trainerMissing('openenv'), "OpenEnv's own client", () => {
  let server: FrontServer;
  let url: string;

  beforeAll(async () => {
    server = await startFrontServer();
    url = `${server.url}/openenv/bash-v1`;
  });
  afterAll(() => server?.close());

  it(
    'plays bash-v1: one at a time, 64 at once, and by tools',
    async () => {
      expect(await runTrainer('openenv', 'openenv_client.py', url)).toBe('played\n');
    },
    TRAINER_MS,
  );

  it(
    'passes the six checks of its validation of a server',
    async () => {
      const report = JSON.parse(
        await runTrainer('openenv', '-m', 'openenv.cli', 'validate', '--json', '--url', url),
      );
      expect(report.summary).toMatchObject({ passed_count: 6, total_count: 6 });
      expect(report.passed).toBe(true);
    },
    TRAINER_MS,
  );

  it(
    'passes its runtime checks of the package',
    async () => {
      const results = await runTrainer('openenv', 'openenv_package.py', PACKAGE, server.url);
      for (const check of ['startup', 'reward_well_formed', 'observation_schema', 'state_contract']) {
        expect(results).toContain(`runtime.${check} pass`);
      }
      expect(results).toContain('static.manifest pass');
      expect(results).not.toMatch(/^\S+ (fail|error)/m);
    },
    TRAINER_MS,
  );
});
