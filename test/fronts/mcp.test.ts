import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless } from '../requirements.ts';
import { type FrontServer, runTrainer, startFrontServer, TRAINER_MS, trainerMissing } from './trainer.ts';

describeUnless(await trainerMissing('mcp'), 'the Python client of MCP', () => {
  let server: FrontServer;

  beforeAll(async () => {
    server = await startFrontServer();
  });
  afterAll(() => server?.close());

  it(
    'plays bash-v1 in both revisions',
    async () => {
      expect(await runTrainer('mcp', 'mcp_client.py', `${server.url}/mcp/bash-v1`)).toBe('played\n');
    },
    TRAINER_MS,
  );
});
