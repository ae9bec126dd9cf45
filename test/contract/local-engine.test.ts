import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../docker/engines/choice.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { sandboxContract } from './sandbox-contract.ts';

describeUnless(await localMissing(), 'the local engine', () => {
  sandboxContract(
    'over the host’s programs',
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
      const opened = await openEngine({ runtime: 'local', home });
      const close = async (): Promise<void> => {
        await opened.close();
        await rm(home, { recursive: true, force: true });
      };
      return { engine: opened.engine, close };
    },
    { layers: true, kind: 'local' },
  );
});
