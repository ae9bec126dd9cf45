import { describe, it } from 'vitest';
import { dockerEngine, dockerMissing } from '../engines.ts';
import { sandboxContract } from './sandbox-contract.ts';

const missing = await dockerMissing();

if (missing === null) {
  sandboxContract('the Docker engine, by layers over a socket', () => dockerEngine(), { layers: true });
  sandboxContract(
    'the Docker engine, by layers over an attached stream',
    () => dockerEngine({ control: 'attach' }),
    { layers: true },
  );
} else {
  describe('the Docker engine', () => {
    it('keeps the sandbox contract', ({ skip }) => skip(missing));
  });
}
