import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../../environments/dataset-error.ts';
import { loadDatasets } from '../../../environments/dataset-store.ts';
import { datasetsOf } from '../../../environments/datasets-of.ts';
import { readHumanEval } from '../../../environments/import/humaneval.ts';
import { importIntercode, writeDatasets } from '../../../environments/import/intercode.ts';
import { python } from '../../../environments/python/definition.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const home = temporaryFolder();
const source = temporaryFolder();

/** @throws {DatasetError} */
async function imported(
  name: string,
  content: unknown,
  form: 'intercode' | 'humaneval' = 'intercode',
  given?: string,
) {
  const file = join(source(), name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  if (form === 'intercode') await importIntercode(source(), home());
  else await writeDatasets(await readHumanEval(file, given), home());
  const datasets = datasetsOf(python, await loadDatasets(home()));
  return { datasets, tasks: datasets[0]?.tasks ?? [] };
}

describe('MBPP', () => {
  const RECORD = {
    query: 'Write a function that doubles.',
    gold: 'def helper(x):\r\n    return x\r\ndef twice(x):\r\n    return helper(2 * x)',
    tests: ['assert int(twice(2)) == 4', 'assert twice(0) == 0'],
    task_id: 7,
    test_setup_code: '',
  };

  it('becomes tasks whose entry is what the tests call', async () => {
    const withSetup = { ...RECORD, task_id: 8, test_setup_code: 'two = 2\r\n' };
    const { datasets, tasks } = await imported('ic_mbpp.json', [RECORD, withSetup]);
    expect(datasets[0]).toMatchObject({ name: 'mbpp', image: 'python', definition: null });
    expect(tasks[0]).toEqual({
      id: 'mbpp-7',
      instruction: 'Write a function that doubles.',
      entry: 'twice',
      gold: 'def helper(x):\n    return x\ndef twice(x):\n    return helper(2 * x)',
      tests: [
        { name: 'test 1', code: 'assert int(twice(2)) == 4' },
        { name: 'test 2', code: 'assert twice(0) == 0' },
      ],
      visibility: 'full',
    });
    expect(tasks[1]?.tests?.[0]).toEqual({ name: 'test 1', code: 'two = 2\nassert int(twice(2)) == 4' });
  });

  it.each([
    ['no list', { a: 1 }, /not a list of records/],
    ['a missing field', [RECORD, { ...RECORD, gold: undefined }], /record 1, field gold: /],
    ['no tests', [{ ...RECORD, tests: [] }], /record 0, field tests: /],
    [
      'tests of something else',
      [{ ...RECORD, tests: ['assert other() == 1'] }],
      /record 0, field tests: no test calls/,
    ],
    ['the same id twice', [RECORD, RECORD], /record 1, field task_id: /],
  ])('with %s is refused', async (_, content, message) => {
    const importing = imported('ic_mbpp.json', content);
    await expect(importing).rejects.toThrow(DatasetError);
    await expect(importing).rejects.toThrow(message);
  });
});

describe('APPS', () => {
  const PROGRAM = {
    query: 'Add.',
    gold: 'print(sum(map(int, input().split())))',
    input_output: { inputs: ['1 2\n', ['3 4', '']], outputs: ['3\n', ['7']] },
    meta: { difficulty: 'interview', url: 'x' },
  };
  const METHOD = {
    query: 'Reverse.\n',
    gold: 'class Solution:\n    def turned(self, items):\n        return items[::-1]',
    input_output: { fn_name: 'turned', inputs: [[[1, 2]], [[]]], outputs: [[[2, 1]], []] },
  };

  it('becomes programs with input and output, or calls with a value', async () => {
    const plain = { ...METHOD, gold: 'turned = lambda items: items[::-1]' };
    const { tasks } = await imported('ic_apps.json', [PROGRAM, METHOD, plain]);
    expect(tasks[0]).toMatchObject({
      id: 'apps-0',
      instruction: 'Add.',
      tests: [
        { name: 'test 1', stdin: '1 2\n', stdout: '3\n' },
        { name: 'test 2', stdin: '3 4\n', stdout: '7' },
      ],
      visibility: 'names',
      tags: ['interview'],
    });
    expect(tasks[0]).not.toHaveProperty('entry');
    expect(tasks[1]).toMatchObject({
      instruction: 'Reverse.\n\nWrite the method turned of a class Solution.',
      entry: 'Solution().turned',
      tests: [
        { args: [[1, 2]], value: [[2, 1]], also: [2, 1] },
        { args: [[]], value: [] },
      ],
    });
    expect(tasks[2]).toMatchObject({ entry: 'turned', instruction: 'Reverse.\n\nWrite a function turned.' });
  });

  it.each([
    ['fewer outputs', { ...PROGRAM.input_output, outputs: ['3'] }, /record 0, field input_output\.outputs: /],
    ['an input that is no text', { inputs: [1], outputs: ['1'] }, /field input_output\.inputs\[0\]: /],
    [
      'arguments that are no list',
      { fn_name: 'f', inputs: [1], outputs: [1] },
      /inputs\[0\]: not a list of arg/,
    ],
    ['no inputs', { inputs: [], outputs: [] }, /field input_output\.inputs: /],
  ])('with %s is refused', async (_, input_output, message) => {
    const importing = imported('ic_apps.json', [{ ...PROGRAM, input_output }]);
    await expect(importing).rejects.toThrow(DatasetError);
    await expect(importing).rejects.toThrow(message);
  });
});

describe('HumanEval', () => {
  const RECORD = {
    task_id: 'Made/0',
    prompt:
      'import math\n\n\ndef half(x):\n    return x / 2\n\n\ndef area(r):\n    """The area of a circle."""\n',
    entry_point: 'area',
    canonical_solution: '    return math.pi * r * r\n',
    test: '\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(0) == 0\n',
  };
  const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n\n');

  it('becomes tasks with one test and the helpers of the prompt as setup', async () => {
    const { datasets, tasks } = await imported('Made.jsonl', lines(RECORD), 'humaneval');
    expect(datasets[0]?.name).toBe('made');
    expect(tasks).toEqual([
      {
        id: 'Made/0',
        instruction: RECORD.prompt,
        entry: 'area',
        gold: RECORD.prompt + RECORD.canonical_solution,
        setup: 'import math\n\n\ndef half(x):\n    return x / 2\n',
        tests: [
          {
            name: 'check',
            code: '\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(0) == 0\n\ncheck(area)\n',
          },
        ],
        visibility: 'full',
      },
    ]);
  });

  it('takes a name for the dataset', async () => {
    const { datasets } = await imported('x.jsonl', lines(RECORD), 'humaneval', 'mine');
    expect(datasets[0]?.name).toBe('mine');
  });

  it.each([
    ['a missing field', lines(RECORD, { ...RECORD, test: undefined }), /line 3, record 1, field test: /],
    [
      'an entry that is not in the prompt',
      lines({ ...RECORD, entry_point: 'volume' }),
      /field prompt: .*volume/,
    ],
    ['tests without check', lines({ ...RECORD, test: 'assert True' }), /field test: .*check/],
    ['the same id twice', lines(RECORD, RECORD), /line 3, record 1, field task_id: /],
    ['broken JSON', `${lines(RECORD)}\n{`, /line 2: not JSON/],
    ['nothing', '\n', /no record/],
  ])('with %s is refused', async (_, content, message) => {
    const importing = imported('x.jsonl', content, 'humaneval');
    await expect(importing).rejects.toThrow(DatasetError);
    await expect(importing).rejects.toThrow(message);
  });
});
