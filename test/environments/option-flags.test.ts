import { expect, it } from 'vitest';
import { z } from 'zod';
import { optionFlags } from '../../environments/option-flags.ts';
import { DEFINITIONS } from '../../environments/registry.ts';
import { optionParser, ResetOptionSet } from '../../environments/reset-options.ts';
import { sql } from '../../environments/sql/definition.ts';

const mine = {
  id: 'mine-v1',
  options: {
    dialect: z.enum(['mysql', 'duckdb']).optional().describe('Mine.'),
    schema: z.string().optional().describe('Another kind.'),
    limit: z.number().int().min(1).max(9).optional().describe('At most so many.'),
    loud: z.boolean().default(false).describe('Aloud.'),
  },
};

it('has a flag for each option of a reset, with what it takes', () => {
  const flags = new Map(optionFlags([...DEFINITIONS, mine]).map((flag) => [flag.name, flag]));
  expect(flags.get('task')).toMatchObject({ kind: 'json' });
  expect(flags.get('max_turns')).toMatchObject({ kind: 'integer', range: [1, 100_000] });
  expect(flags.get('reward')).toMatchObject({
    kind: 'choice',
    values: ['on_end', 'on_submit', 'every_step'],
  });
  expect(flags.get('feedback')).toMatchObject({ kind: 'switch' });
  expect(flags.get('feedback')?.description).toMatch(/^python-v1: /);
  expect(flags.get('tags')).toMatchObject({ kind: 'texts' });
  expect(flags.get('weights')).toMatchObject({ kind: 'json' });
  expect(flags.get('limit')).toMatchObject({ kind: 'integer', range: [1, 9] });
  expect(flags.get('loud')).toMatchObject({ kind: 'switch', description: 'mine-v1: Aloud.' });
});

it('joins what several environments take by one name, and each checks its own', () => {
  const set = new ResetOptionSet([...DEFINITIONS, mine]);
  const flag = optionFlags([...DEFINITIONS, mine]).find(({ name }) => name === 'dialect');
  expect(flag?.values).toEqual(['sqlite', 'mysql', 'duckdb']);
  expect(flag?.description).toMatch(/^sql-v1: (?!mine-v1).* mine-v1: Mine\.$/);
  const reset = (options: Record<string, unknown>) =>
    set.params.safeParse({ environment: 'mine-v1', ...options }).success;
  expect(reset({ dialect: 'duckdb', schema: 'text', limit: 3 })).toBe(true);
  expect(reset({ schema: true })).toBe(true);
  expect(reset({ schema: 1 })).toBe(false);
  expect(reset({ nothing: 1 })).toBe(false);
  set.refuseForeign('mine-v1', { dialect: 'mysql', schema: 'text' });
  expect(() => set.refuseForeign('mine-v1', { dialect: 'sqlite' })).toThrow(/mine-v1 takes mysql, duckdb/);
  expect(optionParser(mine.options)({ schema: 'text' })).toEqual({ schema: 'text', loud: false });
  expect(() => optionParser(mine.options)({ schema: true })).toThrow(/^schema: .*string/);
  expect(() => optionParser(sql.options)({ schema: 'text' })).toThrow(/^schema: .*boolean/);
  expect(set.meaningOf('dialect')).toMatch(/^`sql-v1`: .* `mine-v1`: Mine\.$/);
});

it('leaves a default to the environment: it is not what the client asked for', () => {
  const set = new ResetOptionSet([mine]);
  expect(set.data.parse({})).toEqual({});
});
