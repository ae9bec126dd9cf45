import { dockerEngine, dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { sandboxContract } from './sandbox-contract.ts';

describeUnless(await dockerMissing(), 'the Docker engine', () => {
  sandboxContract(
    'by replacing containers',
    () => dockerEngine({ isolation: 'replace', control: 'socket' }),
    { layers: false, kind: 'docker' },
  );
});
