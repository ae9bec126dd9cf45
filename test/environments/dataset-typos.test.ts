import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../environments/dataset-store.ts';
import { datasetFolders, refused } from './dataset-folders.ts';

const folders = datasetFolders();

const GOOD = { id: 'a', instruction: 'Do it.', gold: 'true' };
const TYPO = { id: 'b', instruction: 'Do it.', glod: 'true' };

describe('a mistyped key', () => {
  it('of JSON lines is named with the key that is missing for it, and its line', async () => {
    await folders.write({ 't.jsonl': `${JSON.stringify(GOOD)}\n\n${JSON.stringify(TYPO)}\n` });
    const error = await refused(loadDataset('mine', folders.path('t.jsonl')));
    expect(error.message).toBe(
      `${folders.path('t.jsonl')}, line 3, record 1, field glod: unknown key "glod"; gold is missing`,
    );
  });

  it('of a JSON array is named with its line', async () => {
    await folders.write({ 't.json': JSON.stringify([GOOD, TYPO], null, 2) });
    const error = await refused(loadDataset('mine', folders.path('t.json')));
    expect(error.message).toBe(
      `${folders.path('t.json')}, line 10, record 1, field glod: unknown key "glod"; gold is missing`,
    );
  });

  it('of dataset.json is named with its line, in the head and in a task', async () => {
    const head = { format: 1, environment: 'bash-v1', image: { name: 'bash', from: 'bash' } };
    await folders.write({
      'task/dataset.json': JSON.stringify({ ...head, tasks: [GOOD, TYPO] }, null, 1),
      'head/dataset.json': JSON.stringify(
        { ...head, image: { name: 'x', form: 'bash' }, tasks: [GOOD] },
        null,
        1,
      ),
    });
    const inTask = await refused(loadDataset('mine', folders.path('task')));
    expect(inTask).toMatchObject({
      reason: 'unknown key "glod"; gold is missing',
      place: { line: 17, record: 1, field: 'glod' },
    });
    const inHead = await refused(loadDataset('mine', folders.path('head')));
    expect(inHead).toMatchObject({
      reason: 'unknown key "form"; from is missing',
      place: { line: 6, field: 'image.form' },
    });
  });

  it('of TOML is named with its line', async () => {
    const toml = [
      '[[tasks]]',
      'id = "a"',
      'instruction = """',
      'glod = "no key"',
      '"""',
      'gold = "true"',
      '',
      '[[tasks]]',
      'id = "b"',
      'instruction = "Do it."',
      '# here',
      'glod = """',
      'true"""',
      '',
    ];
    await folders.write({ 't.toml': toml.join('\n') });
    const error = await refused(loadDataset('mine', folders.path('t.toml')));
    expect(error.message).toBe(
      `${folders.path('t.toml')}, line 12, record 1, field glod: unknown key "glod"; gold is missing`,
    );
  });

  it('of task.toml is named with its line', async () => {
    await folders.write({
      'd/one/instruction.md': 'Do it.\n',
      'd/one/task.toml': '[task]\nkeywords = ["x"]\n\n[stepwell]\nvisibilty = "full"\n',
      'd/one/solution/solution.py': 'x = 1\n',
      'd/one/tests/tests.toml': '[[tests]]\nname = "t"\ncode = "assert x"\n',
    });
    const error = await refused(loadDataset('python-v1:mine', folders.path('d')));
    expect(error.message).toBe(
      `${folders.path('d/one/task.toml')}, line 5, field visibilty: unknown key "visibilty"; did you mean visibility?`,
    );
    await folders.write({ 'd/one/task.toml': '[task]\nkeyword = ["x"]\n' });
    const inTable = await refused(loadDataset('python-v1:mine', folders.path('d')));
    expect(inTable.message).toContain(
      'line 2, field task.keyword: unknown key "keyword"; did you mean keywords?',
    );
  });

  it('within a union is one of the option that is meant', async () => {
    const record = { ...GOOD, gold: 'print(1)', tests: [{ name: 't', sdtin: '', stdout: '1' }] };
    await folders.write({ 't.json': [record] });
    const error = await refused(loadDataset('python-v1:mine', folders.path('t.json')));
    expect(error).toMatchObject({
      reason: 'unknown key "sdtin"; stdin is missing',
      place: { field: 'tests[0].sdtin' },
    });
  });

  it('that is near no key is told with those that are known', async () => {
    await folders.write({ 't.json': [{ ...GOOD, colour: 1 }] });
    const { reason } = await refused(loadDataset('mine', folders.path('t.json')));
    expect(reason).toBe(
      'unknown key "colour"; known keys are id, instruction, gold, files, cwd, setup, tags, wrong, ungradable',
    );
  });

  it('beside the right one is told with it', async () => {
    await folders.write({ 't.json': [{ ...GOOD, Tags: [] }] });
    const { reason } = await refused(loadDataset('mine', folders.path('t.json')));
    expect(reason).toBe('unknown key "Tags"; did you mean tags?');
  });
});

describe('a field', () => {
  it('that is missing is named as that', async () => {
    const { gold: _, ...record } = GOOD;
    await folders.write({ 't.toml': '[[tasks]]\nid = "a"\n', 't.jsonl': JSON.stringify(record) });
    expect(await refused(loadDataset('mine', folders.path('t.jsonl')))).toMatchObject({
      reason: 'gold is missing',
      place: { line: 1, field: 'gold' },
    });
    expect(await refused(loadDataset('mine', folders.path('t.toml')))).toMatchObject({
      reason: 'instruction is missing',
      place: { line: 1, field: 'instruction' },
    });
  });

  it('whose value does not fit is named with its line in TOML and JSON', async () => {
    const toml =
      '[[tasks]]\nid = "a"\ninstruction = "Do it."\ngold = "true"\n\n[[tasks.files]]\npath = "a"\n';
    await folders.write({
      't.toml': toml,
      't.json': '[\n {"id": "a",\n  "instruction": "Do it.",\n  "gold": 1}\n]',
    });
    expect((await refused(loadDataset('mine', folders.path('t.toml')))).place).toMatchObject({
      line: 7,
      field: 'files[0].path',
    });
    expect((await refused(loadDataset('mine', folders.path('t.json')))).place).toMatchObject({
      line: 4,
      field: 'gold',
    });
  });
});

describe('a list in TOML', () => {
  it('names the line of broken TOML', async () => {
    await folders.write({ 't.toml': '[[tasks]]\nid = "a"\ngold == "x"\n' });
    const { place, reason } = await refused(loadDataset('mine', folders.path('t.toml')));
    expect(place).toEqual({ file: folders.path('t.toml'), line: 3 });
    expect(reason).toMatch(/^not TOML: /);
  });

  it('has tables of tasks and nothing else', async () => {
    await folders.write({ 't.toml': '[[tasks]]\nid = "a"\n\n[[task]]\nid = "b"\n' });
    const { place, reason } = await refused(loadDataset('mine', folders.path('t.toml')));
    expect(place.line).toBe(4);
    expect(reason).toBe('unknown key "task"; a list of records in TOML has only [[tasks]] tables');
  });
});
