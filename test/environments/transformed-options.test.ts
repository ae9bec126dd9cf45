import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEnvironment } from '../../environments/define-environment.ts';
import { definitionFault } from '../../environments/definition-fault.ts';
import { optionFlags } from '../../environments/option-flags.ts';
import { PlayedEnvironment } from '../../environments/played-environment.ts';
import { ResetOptionSet } from '../../environments/reset-options.ts';
import { FakeSource } from './fake-sandbox.ts';

const PAIRS: readonly string[] = ['a', 'b'];
const begun: object[] = [];

const definition = defineEnvironment({
  id: 'mine-v1',
  description: 'Mine.',
  readme: new URL('../../environments/README.md', import.meta.url),
  image: 'bash',
  record: z.object({ id: z.string(), instruction: z.string() }),
  tasks: [{ id: 'a', instruction: 'Do it.' }],
  goldOf: () => 'true',
  options: {
    day: z
      .string()
      .describe('A day.')
      .transform((text) => new Date(text))
      .optional(),
    count: z.string().transform(Number).pipe(z.number().max(9)).optional().describe('A count.'),
    names: z
      .preprocess((text) => String(text).split(','), z.array(z.enum(['a', 'b'])))
      .optional()
      .describe('Names.'),
    /** Invalid where it is parsed twice. */
    wrapped: z
      .string()
      .transform((text) => ({ text }))
      .default({ text: 'none' })
      .describe('A text.'),
  },
  begin: async ({ options: { day, count, names, wrapped } }) => {
    begun.push({ day, count, names, wrapped });
    return {
      act: async () => ({ observation: { output: '' } }),
      grade: async () => ({ reward: 0, components: {} }),
    };
  },
});

const GIVEN = { day: '2024-02-29', count: '7', names: PAIRS.join(','), wrapped: 'x' };

describe('reset options with a transform', () => {
  it('are allowed in a definition, with the descriptions and types of what a client sends', () => {
    expect(definitionFault(definition)).toBeNull();
    const flags = optionFlags([definition]).filter(({ name }) => name in GIVEN);
    expect(flags.map(({ name, kind, description }) => [name, kind, description])).toEqual([
      ['day', 'text', 'A day.'],
      ['count', 'text', 'A count.'],
      ['names', 'texts', 'Names.'],
      ['wrapped', 'text', 'A text.'],
    ]);
  });

  it('pass the check of a server as they were sent', () => {
    const set = new ResetOptionSet([definition]);
    const params = { environment: 'mine-v1', ...GIVEN };
    expect(set.params.parse(params)).toEqual(params);
    expect(set.data.parse(GIVEN)).toEqual(GIVEN);
    expect(() => set.refuseForeign('mine-v1', GIVEN)).not.toThrow();
    for (const schema of [set.params, set.data] as z.ZodType[]) {
      const { error } = schema.safeParse({ ...params, count: '10', wrapped: 1 });
      expect(error?.issues.map(({ code, path }) => [code, path])).toEqual([
        ['too_big', ['count']],
        ['invalid_type', ['wrapped']],
      ]);
    }
  });

  it('are parsed once, for the episode', async () => {
    const environment = new PlayedEnvironment(definition, {
      sandboxes: new FakeSource(),
      defaults: { stepTimeoutMs: 5000, maxOutputBytes: 65_536 },
      datasets: [definition.builtIn],
    });
    await environment.choose(GIVEN, 0).begin();
    await environment.choose({}, 0).begin();
    expect(begun).toEqual([
      { day: new Date(GIVEN.day), count: 7, names: PAIRS, wrapped: { text: 'x' } },
      { day: undefined, count: undefined, names: undefined, wrapped: { text: 'none' } },
    ]);
    expect(() => environment.choose({ count: '10' }, 0)).toThrow(
      expect.objectContaining({ error: 'invalid_params', message: expect.stringMatching(/^count: .*9/) }),
    );
  });
});
