import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetError } from '../../environments/dataset-error.ts';
import { loadDataset, loadDatasets } from '../../environments/dataset-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = (id: string, more: object = {}) => ({ id, instruction: `Do ${id}.`, gold: 'true', ...more });

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function refused(loading: Promise<unknown>): Promise<DatasetError> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return error as DatasetError;
}

describe('loadDataset', () => {
  it('reads a record a line, blank lines aside', async () => {
    const path = await write('t.jsonl', `${JSON.stringify(record('a'))}\n\n${JSON.stringify(record('b'))}\n`);
    const { name, image, definition, tasks } = await loadDataset('mine', path);
    expect({ name, image, definition }).toEqual({ name: 'mine', image: 'bash', definition: null });
    expect(tasks.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('reads an array of records, and a folder with a tree', async () => {
    await write('d/tasks.json', [record('a')]);
    const tree = await write('d/tree.tar', '');
    expect(await loadDataset('mine', join(folder, 'd'))).toMatchObject({
      image: 'mine',
      definition: { name: 'mine', from: 'bash', tree },
    });
  });

  it('reads what an import wrote', async () => {
    const image = { name: 'img', from: 'bash', gitAtRoot: true };
    await write('d/dataset.json', { format: 1, environment: 'bash-v1', image, tasks: [record('a')] });
    expect(await loadDataset('mine', join(folder, 'd'))).toMatchObject({ image: 'img', definition: image });
  });

  it('takes the environment from the name of a list, from the file of a whole dataset', async () => {
    const test = { name: 't', stdin: '', stdout: '1' };
    const list = await write('p.jsonl', JSON.stringify({ ...record('a'), tests: [test] }));
    expect(await loadDataset('python-v1:mine', list)).toMatchObject({
      environment: 'python-v1',
      name: 'mine',
      image: 'python',
    });
    await refused(loadDataset('ctf-v1:mine', list));
    const whole = {
      format: 1,
      environment: 'sql-v1',
      dialect: 'mysql',
      image: { name: 'img', from: 'sql', script: 'load' },
      tasks: [record('a', { database: 'd' })],
    };
    await write('d/dataset.json', whole);
    expect(await loadDataset('mine', join(folder, 'd'))).toMatchObject({
      environment: 'sql-v1',
      dialect: 'mysql',
      definition: { script: 'load' },
    });
    const { place } = await refused(loadDataset('bash-v1:mine', join(folder, 'd')));
    expect(place.field).toBe('environment');
    await write('d/dataset.json', { ...whole, environment: 'bash-v1' });
    expect((await refused(loadDataset('mine', join(folder, 'd')))).place.field).toBe('dialect');
  });

  it('names file, line, record and field of a record that does not fit', async () => {
    const path = await write(
      't.jsonl',
      `${JSON.stringify(record('a'))}\n${JSON.stringify(record('b', { gold: 1 }))}`,
    );
    const { place } = await refused(loadDataset('mine', path));
    expect(place).toEqual({ file: path, line: 2, record: 1, field: 'gold' });
  });

  it.each([
    ['an unknown field', { glod: 'x' }, 'glod'],
    ['a bad mode', { files: [{ path: '/a', mode: '9' }] }, 'files[0].mode'],
    ['a relative path', { files: [{ path: 'a' }] }, 'files[0].path'],
    ['no instruction', { instruction: '' }, 'instruction'],
  ])('refuses %s', async (_, more, field) => {
    const path = await write('t.json', [record('a', more)]);
    const error = await refused(loadDataset('mine', path));
    expect(error.place).toEqual({ file: path, line: 1, record: 0, field });
    expect(error.message).toContain(field);
  });

  it('names the line of broken JSON, in a whole file where the parser tells it', async () => {
    const lines = await write('t.jsonl', `${JSON.stringify(record('a'))}\n{"id": }\n`);
    expect((await refused(loadDataset('mine', lines))).place).toEqual({ file: lines, line: 2 });
    const whole = await write('t.json', '[\n{"id": "a"},\n{"id": "b"}\n{"id": "c"}\n]');
    expect((await refused(loadDataset('mine', whole))).place).toEqual({ file: whole, line: 4 });
  });

  it('refuses an id twice, no record, no file, and a name that is none', async () => {
    const twice = await write('twice.json', [record('a'), record('a')]);
    expect((await refused(loadDataset('mine', twice))).place).toMatchObject({ record: 1, field: 'id' });
    await refused(loadDataset('mine', await write('empty.json', [])));
    await refused(loadDataset('mine', join(folder, 'nowhere')));
    await refused(loadDataset('mine', folder));
    await refused(loadDataset('../x', twice));
  });

  it('refuses a tree that is not there', async () => {
    const image = { name: 'img', from: 'bash', tree: 'tree.tar' };
    await write('d/dataset.json', { format: 1, environment: 'bash-v1', image, tasks: [record('a')] });
    expect((await refused(loadDataset('mine', join(folder, 'd')))).place.field).toBe('image.tree');
  });
});

describe('loadDatasets', () => {
  it('gives what was imported and what is added, and passes over unfinished imports', async () => {
    await write('datasets/b/tasks.json', [record('a')]);
    await write('datasets/a/tasks.json', [record('a')]);
    await write('datasets/.a-x1/tasks.json', 'broken');
    const added = await write('t.json', [record('a')]);
    expect((await loadDatasets(folder, { more: added })).map(({ name }) => name)).toEqual(['a', 'b', 'more']);
    await refused(loadDatasets(folder, { a: added }));
  });

  it('returns no datasets if none was imported', async () => {
    expect(await loadDatasets(join(folder, 'nowhere'))).toEqual([]);
  });
});
