import { describe } from 'vitest';
import { localEngineMissing } from '../clients/real-server.ts';
import { dockerMissing } from '../engines.ts';
import { environmentContract } from './environment-contract.ts';
import { BASH_SCENARIO, MYSQL_SCENARIO, PYTHON_SCENARIO, SQLITE_SCENARIO } from './environment-scenarios.ts';

const SCENARIOS = [BASH_SCENARIO, SQLITE_SCENARIO, MYSQL_SCENARIO, PYTHON_SCENARIO];
const docker = await dockerMissing();
const local = await localEngineMissing();

for (const scenario of SCENARIOS) {
  describe.skipIf(docker !== null)(`an environment${docker === null ? '' : ` (${docker})`}`, () => {
    environmentContract(scenario, 'docker');
  });
  const lacks = local ?? scenario.localLacks;
  describe.skipIf(lacks !== null)(`an environment${lacks === null ? '' : ` (${lacks})`}`, () => {
    environmentContract(scenario, 'local');
  });
}
