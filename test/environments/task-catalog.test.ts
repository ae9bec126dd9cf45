import { describe, expect, it } from 'vitest';
import { TaskCatalog } from '../../environments/task-catalog.ts';

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
      { name: 'first', tasks: 2, splits: [] },
      { name: 'other', tasks: 1, splits: [] },
    ]);
  });

  it('takes each task of the first dataset once for as many seeds', () => {
    expect([0, 1].map((seed) => catalog.choose({}, seed).id).sort()).toEqual(['a', 'b']);
  });

  it.each([
    [{ task: 'z' }, 'task_not_found'],
    [{ dataset: 'none' }, 'dataset_not_found'],
    [{ split: 'train' }, 'dataset_not_found'],
    [{ feedback: true }, 'invalid_params'],
  ])('refuses %j as %s', (options, error) => {
    expect(() => catalog.choose(options, 0)).toThrow(expect.objectContaining({ error }));
  });
});
