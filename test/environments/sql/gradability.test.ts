import { describe, expect, it } from 'vitest';
import { ungradableGold } from '../../../environments/sql/gold.ts';
import { environmentOf } from './begun.ts';
import { rowsDocument } from './fake-driver.ts';

const MINE = { dataset: 'mine', task: 'mine-0' };
const FAILED = {
  results: [],
  left_out: 0,
  error: { code: 1064, state: '42000', message: 'syntax' },
  timed_out: false,
  restarted: false,
};

describe('a SQL task that cannot be graded', () => {
  it.each([
    ['fails', FAILED, 'gold_fails', 'syntax'],
    ['gives no rows', { ...FAILED, error: null }, 'gold_fails', 'no rows'],
    ['does not end', { ...FAILED, timed_out: true }, 'gold_never_ends', '30 seconds'],
    ['gives more rows than are kept', rowsDocument(['a'], [[1]], 30_000), 'gold_fails', '30000 rows'],
  ])('is refused with its first reset where its gold %s', async (_, document, kind, reason) => {
    const { environment, source } = environmentOf(
      {},
      { execute: () => document, answer: () => ({ rows: [[1]] }) },
    );
    const refused = {
      error: 'task_ungradable',
      details: expect.objectContaining({ kind, reason: expect.stringContaining(reason) }),
    };
    await expect(environment.choose(MINE, 0).begin()).rejects.toMatchObject(refused);
    expect(source.of('episode')[0]?.remains.length).toBeGreaterThan(0);
    expect(() => environment.choose(MINE, 0)).toThrow(expect.objectContaining(refused));
    expect(environment.info.datasets.find(({ name }) => name === 'mine')).toMatchObject({ gradable: 0 });
    const intercode = { ...MINE, semantics: 'intercode' } as const;
    expect((await environment.choose(intercode, 0).begin()).task.id).toBe('mine-0');
  });

  it('is one whose database the image does not have, whatever is asked for', async () => {
    const { environment } = environmentOf({ begin: () => ({ missing: true }) });
    for (const options of [
      MINE,
      { ...MINE, semantics: 'intercode' },
      { ...MINE, include_ungradable: true },
    ] as const) {
      const attempt = async () => environment.choose(options, 0).begin();
      await expect(attempt()).rejects.toMatchObject({
        error: 'task_ungradable',
        details: { kind: 'cannot_begin', reason: 'Its image does not have the database pets.' },
      });
    }
  });

  it('is graded as far as InterCode grades it, by the query as it was published', async () => {
    const { environment, source } = environmentOf({}, { execute: () => FAILED });
    const intercode = { ...MINE, semantics: 'intercode' } as const;
    const play = await environment.choose(intercode, 0).begin();
    expect(await play.grade({ final: true })).toMatchObject({ reward: 0, success: false });
    const asked = source.of('grading')[0]?.driverCalls.find(({ call }) => call === 'execute');
    expect(asked?.sql).toBe('SELECT COUNT(*) FROM pet AS published');
  });

  it('is none where the gold gives rows, none of them included', () => {
    const result = { columns: ['a'], rows: [], count: 0, affected: 0 };
    expect(ungradableGold('t', { result, error: null, tables: [] })).toBeNull();
  });
});
