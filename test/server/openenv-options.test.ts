import { expect, test } from 'vitest';
import { observationProperties, optionProperties } from '../../server/openenv-options.ts';

test('an environment describes the options that it has, and their values', () => {
  const sql = optionProperties('sql-v1');
  expect(sql.dialect).toMatchObject({ anyOf: [{ enum: ['sqlite', 'mysql'] }, { type: 'null' }] });
  expect(sql.scoring).toMatchObject({ anyOf: [{ enum: ['execution_match', 'intercode', 'composite'] }, {}] });
  expect(sql).not.toHaveProperty('feedback');
  expect(optionProperties('bash-v1')).not.toHaveProperty('dialect');
  expect(optionProperties('bash-v1').seed?.description).toMatch(/same seed/);
});

test('an environment describes what it lets an agent see', () => {
  expect(Object.keys(observationProperties('sql-v1'))).toEqual(expect.arrayContaining(['rows', 'columns']));
  expect(Object.keys(observationProperties('bash-v1'))).toContain('cwd');
  expect(Object.keys(observationProperties('mine-v1'))).toEqual(['output']);
});
