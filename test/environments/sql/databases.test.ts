import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../environments/dataset-store.ts';
import { databasesOf, databasesOfDump } from '../../../environments/sql/databases.ts';
import { MYSQL_DUMP, MYSQL_SCRIPT } from '../../../environments/sql/mysql-image.ts';
import { tarContent, tarMembers } from '../../../environments/tar-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const out = pack();
  for (const [name, content] of Object.entries(files)) out.entry({ name }, content);
  out.finalize();
  const path = join(folder, 'tree.tar');
  await writeFile(path, await buffer(out));
  return path;
}

describe('a tar file', () => {
  it('tells its members, long names included, and the content of one', async () => {
    const long = `${'d/'.repeat(150)}end.db`;
    const path = await tree({ './a': 'x'.repeat(700), [long]: 'long', '/b': '' });
    const members = [];
    for await (const member of tarMembers(path)) members.push(member);
    expect(members.map(({ name, size }) => [name, size])).toEqual([
      ['a', 700],
      [long, 4],
      ['b', 0],
    ]);
    const [, second] = members;
    if (second === undefined) throw new Error('no second member');
    expect(String(await tarContent(path, second))).toBe('long');
  });
});

describe('the databases of an image', () => {
  it('are the files of its tree', async () => {
    const path = await tree({
      'srv/sql/sqlite/one.db': '',
      'srv/sql/sqlite/deep/two.db': '',
      'srv/sql/sqlite/three.sql': '',
      'srv/other.db': '',
    });
    const known = await databasesOf({ name: 'x', from: 'python', tree: path }, 'sqlite');
    expect(['one', 'two', 'three', 'other'].filter((name) => known?.has(name))).toEqual(['one']);
  });

  it('are those that its dump makes', async () => {
    const dump =
      'CREATE DATABASE  IF NOT EXISTS `Pets_1` /*!40100 x */;\ncreate schema other;\nCREATE DATABASE third;';
    expect([...databasesOfDump(dump)]).toEqual(['pets_1', 'other', 'third']);
    const path = await tree({ [MYSQL_DUMP.slice(1)]: dump });
    const known = await databasesOf({ name: 'x', from: 'sql', tree: path, script: MYSQL_SCRIPT }, 'mysql');
    expect([known?.has('PETS_1'), known?.has('none')]).toEqual([true, false]);
  });

  it('are not known of an image that makes them in its own way', async () => {
    expect(await databasesOf({ name: 'x', from: 'docker:mine' }, 'sqlite')).toBeNull();
    expect(await databasesOf({ name: 'x', from: 'python', script: 'make them' }, 'sqlite')).toBeNull();
    expect(await databasesOf({ name: 'x', from: 'sql' }, 'mysql')).toBeNull();
  });
});

describe('a task whose database does not exist', () => {
  const record = (id: string, database: string) => ({
    id,
    instruction: 'How many?',
    database,
    gold: 'SELECT 1',
  });

  it('is refused when its dataset is loaded, with file, line and reason', async () => {
    await tree({ 'srv/sql/sqlite/pets.db': '' });
    const path = join(folder, 'tasks.jsonl');
    await writeFile(
      path,
      `${JSON.stringify(record('a', 'pets'))}\n\n${JSON.stringify(record('b', 'cars'))}\n`,
    );
    await expect(loadDataset('sql-v1:mine', folder)).rejects.toMatchObject({
      place: { file: path, line: 3, record: 1, field: 'database' },
      reason: 'there is no database cars in its image: put it into the tree as srv/sql/sqlite/cars.db',
    });
    await writeFile(path, `${JSON.stringify(record('a', 'pets'))}\n`);
    expect(await loadDataset('sql-v1:mine', folder)).toMatchObject({ tasks: [{ id: 'a' }] });
  });

  it('is refused in a list without a tree, which has no database at all', async () => {
    const path = join(folder, 'list.json');
    await writeFile(path, JSON.stringify([record('a', 'pets')]));
    await expect(loadDataset('sql-v1:mine', path)).rejects.toMatchObject({
      place: { file: path, record: 0 },
    });
  });

  it('is refused in a whole dataset whose dump does not make it', async () => {
    await tree({ [MYSQL_DUMP.slice(1)]: 'CREATE DATABASE pets;' });
    const image = { name: 'x', from: 'sql', tree: 'tree.tar', script: MYSQL_SCRIPT };
    const file = (database: string) =>
      JSON.stringify({
        format: 1,
        environment: 'sql-v1',
        dialect: 'mysql',
        image,
        tasks: [record('a', database)],
      });
    await writeFile(join(folder, 'dataset.json'), file('cars'));
    await expect(loadDataset('mine', folder)).rejects.toMatchObject({
      place: { record: 0, field: 'database' },
    });
    await writeFile(join(folder, 'dataset.json'), file('PETS'));
    expect(await loadDataset('mine', folder)).toMatchObject({ tasks: [{ database: 'PETS' }] });
  });
});
