import { describe, it } from 'vitest';
import { dockerEngine, dockerMissing } from '../engines.ts';
import { sandboxContract } from './sandbox-contract.ts';

const missing = await dockerMissing();

if (missing === null) {
  sandboxContract(
    'the Docker engine, by replacing containers',
    () => dockerEngine({ isolation: 'replace', control: 'socket' }),
    { layers: false },
  );
} else {
  describe('the Docker engine, by replacing containers', () => {
    it('keeps the sandbox contract', ({ skip }) => skip(missing));
  });
}
