import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { describe, it } from 'vitest';
import { machineFacts, openEngine } from '../../docker/engine-choice.ts';
import { sandboxContract } from './sandbox-contract.ts';

const lacks = await machineFacts(new Docker()).local();

if (lacks.length === 0) {
  sandboxContract(
    'the local engine, over the host’s programs',
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
      const opened = await openEngine({ runtime: 'local', home });
      const close = async (): Promise<void> => {
        await opened.close();
        await rm(home, { recursive: true, force: true });
      };
      return { engine: opened.engine, close };
    },
    { layers: true },
  );
} else {
  describe('the local engine', () => {
    it('keeps the sandbox contract', ({ skip }) => skip(lacks.join('; ')));
  });
}
