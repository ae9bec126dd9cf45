import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless } from '../requirements.ts';
import { type FrontServer, runTrainer, startFrontServer, TRAINER_MS, trainerMissing } from './trainer.ts';

describeUnless(await trainerMissing('openreward'), 'the client of the Open Reward Standard', () => {
  let server: FrontServer;

  beforeAll(async () => {
    server = await startFrontServer();
  });
  afterAll(() => server?.close());

  it(
    'plays bash-v1, 16 sessions at once',
    async () => {
      expect(await runTrainer('openreward', 'openreward_client.py', server.url)).toBe('played\n');
    },
    TRAINER_MS,
  );
});
