import { dockerEngine, dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { sandboxContract } from './sandbox-contract.ts';

describeUnless(await dockerMissing(), 'the Docker engine', () => {
  sandboxContract('by layers over a socket', () => dockerEngine(), { layers: true, kind: 'docker' });
  sandboxContract('by layers over an attached stream', () => dockerEngine({ control: 'attach' }), {
    layers: true,
    kind: 'docker',
  });
});
