import { engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { environmentContract } from './environment-contract.ts';
import { BASH_SCENARIO, MYSQL_SCENARIO, PYTHON_SCENARIO, SQLITE_SCENARIO } from './environment-scenarios.ts';

const engines = await engineCases({ usesMariadb: true });

for (const scenario of [BASH_SCENARIO, SQLITE_SCENARIO, MYSQL_SCENARIO, PYTHON_SCENARIO]) {
  for (const { name, missing } of engines) {
    const lacks = missing ?? (name === 'local' ? scenario.localLacks : null);
    describeUnless(lacks, 'an environment', () => environmentContract(scenario, name));
  }
}
