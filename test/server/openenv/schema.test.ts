import { expect, test } from 'vitest';
import { bash } from '../../../environments/bash/definition.ts';
import { sql } from '../../../environments/sql/definition.ts';
import { observationProperties, optionProperties } from '../../../server/openenv/schema.ts';

test('an environment describes the options that it has, and their values', () => {
  const own = optionProperties(sql);
  expect(own.dialect).toMatchObject({ anyOf: [{ enum: ['sqlite', 'mysql'] }, { type: 'null' }] });
  expect(own.scoring).toMatchObject({ anyOf: [{ enum: ['execution_match', 'intercode', 'composite'] }, {}] });
  expect(own).not.toHaveProperty('feedback');
  expect(optionProperties(bash)).not.toHaveProperty('dialect');
  expect(optionProperties(bash).seed?.description).toMatch(/same seed/);
});

test('an environment describes what it lets an agent see', () => {
  expect(Object.keys(observationProperties(sql))).toEqual(expect.arrayContaining(['rows', 'columns']));
  expect(Object.keys(observationProperties(bash))).toContain('cwd');
  expect(Object.keys(observationProperties({ observation: {} }))).toEqual(['output']);
});
