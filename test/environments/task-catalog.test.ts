import { describe, expect, it } from 'vitest';
import { TaskCatalog } from '../../environments/task-catalog.ts';
import type { ResetOptions } from '../../protocol/episode.ts';

const record = (id: string) => ({ id, instruction: `Do ${id}.`, gold: 'x' });
const catalog = new TaskCatalog('sql-v1', [
  { name: 'first', tasks: [record('a'), record('b')] },
  { name: 'other', tasks: [{ ...record('c'), tags: ['t'] }] },
]);

describe('a catalogue of tasks', () => {
  it('finds a task, its record and its dataset', () => {
    const task = catalog.choose({ dataset: 'other', task: 'c' }, 0);
    expect(task).toEqual({ id: 'c', index: 0, dataset: 'other', instruction: 'Do c.', tags: ['t'] });
    expect(catalog.record(task)).toMatchObject({ dataset: { name: 'other' }, record: { gold: 'x' } });
    expect(catalog.info).toEqual([
      { name: 'first', tasks: 2, gradable: 2, checked: false },
      { name: 'other', tasks: 1, gradable: 1, checked: false },
    ]);
  });

  it('takes each task of the first dataset once for as many seeds', () => {
    expect([0, 1].map((seed) => catalog.choose({}, seed).id).sort()).toEqual(['a', 'b']);
  });

  it.each([
    [{ task: 'z' }, 'task_not_found'],
    [{ dataset: 'none' }, 'dataset_not_found'],
  ])('refuses %j as %s', (options, error) => {
    expect(() => catalog.choose(options, 0)).toThrow(expect.objectContaining({ error }));
  });
});

describe('tasks that cannot be graded', () => {
  const kinds = ['no_op_wins', 'gold_fails', 'gold_never_ends', 'cannot_begin'] as const;
  const marked = () =>
    new TaskCatalog('bash-v1', [
      {
        name: 'marked',
        tasks: [
          ...Array.from({ length: 6 }, (_, index) => record(`good-${index}`)),
          ...kinds.map((kind) => ({ ...record(kind), ungradable: { kind, reason: 'So it is.' } })),
        ],
      },
    ]);
  const draws = (options: ResetOptions, catalog = marked()) =>
    new Set(Array.from({ length: 40 }, (_, seed) => catalog.choose(options, seed).id));

  it('are counted, told, and not drawn', () => {
    const catalog = marked();
    expect(catalog.info).toMatchObject([{ tasks: 10, gradable: 6 }]);
    expect(catalog.tasks(undefined)[7]?.ungradable).toEqual({
      kind: 'gold_fails',
      reason: 'So it is.',
    });
    expect([...draws({})].sort()).toEqual(Array.from({ length: 6 }, (_, index) => `good-${index}`));
  });

  it('are drawn where that is asked for, or InterCode grades them, but never those that cannot begin', () => {
    expect(draws({ include_ungradable: true }).size).toBe(9);
    expect(draws({ semantics: 'intercode' }).size).toBe(8);
    expect(draws({ semantics: 'intercode' })).not.toContain('gold_never_ends');
  });

  it('leave the seeds of all others as they are', () => {
    const all = new TaskCatalog('bash-v1', [
      { name: 'marked', tasks: [...marked().tasks(undefined)].map(({ id }) => record(id)) },
    ]);
    for (let seed = 0; seed < 40; seed += 1) {
      const unmarked = all.choose({}, seed).id;
      if (unmarked.startsWith('good')) expect(marked().choose({}, seed).id).toBe(unmarked);
    }
  });

  it.each(kinds)('are refused by name, with the reason: %s', (kind) => {
    expect(() => marked().choose({ task: kind }, 0)).toThrow(
      expect.objectContaining({
        error: 'task_ungradable',
        details: { kind, reason: 'So it is.', dataset: 'marked', task: kind },
      }),
    );
  });

  it('are played by name where that is asked for, or InterCode would', () => {
    for (const kind of ['no_op_wins', 'gold_fails', 'gold_never_ends']) {
      expect(marked().choose({ task: kind, semantics: 'intercode' }, 0).id).toBe(kind);
      expect(marked().choose({ task: kind, include_ungradable: true }, 0).id).toBe(kind);
    }
    expect(() => marked().choose({ task: 'cannot_begin', semantics: 'intercode' }, 0)).toThrow();
    expect(() => marked().choose({ task: 'cannot_begin', include_ungradable: true }, 0)).toThrow();
  });

  it('are known once they were tried', () => {
    const catalog = new TaskCatalog('bash-v1', [{ name: 'new', tasks: [record('a'), record('b')] }]);
    const a = catalog.choose({ task: 'a' }, 0);
    const b = catalog.choose({ task: 'b' }, 0);
    expect([catalog.isTried(a, 'image'), catalog.isTried(b, 'image')]).toEqual([false, false]);
    catalog.keep(a, { kind: 'no_op_wins', reason: 'Nothing to do.' });
    catalog.keep(b, null);
    expect([catalog.isTried(a, 'image'), catalog.isTried(b, 'image')]).toEqual([true, true]);
    expect(draws({}, catalog)).toEqual(new Set(['b']));
    catalog.keep(b, { kind: 'gold_fails', reason: 'It fails.' });
    expect(() => catalog.choose({}, 0)).toThrow(expect.objectContaining({ error: 'task_ungradable' }));
  });

  it('need no try in a dataset that was checked', () => {
    const catalog = new TaskCatalog('bash-v1', [{ name: 'old', tasks: [record('a')], checked: true }]);
    const task = catalog.choose({}, 0);
    expect(catalog.isTried(task, 'image')).toBe(true);
    // It has this machine's programs, which nobody tried the dataset with.
    expect(catalog.isTried(task, 'machine')).toBe(false);
    catalog.keep(task, null);
    expect(catalog.isTried(task, 'machine')).toBe(true);
  });
});
