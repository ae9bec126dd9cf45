import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetError, IncompleteDatasetError } from '../../../environments/dataset-error.ts';
import { loadDataset } from '../../../environments/dataset-store.ts';
import { readBird } from '../../../environments/import/bird.ts';
import { writeDataset } from '../../../environments/import/dataset-writer.ts';
import { readSpider } from '../../../environments/import/sql-records.ts';
import { readWikiSql } from '../../../environments/import/wikisql.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-import-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const SPIDER = { db: 'pets_1', query: 'How many pets?', gold: 'SELECT COUNT(*) FROM pets', hardness: 'easy' };
const DUMP =
  'CREATE DATABASE  IF NOT EXISTS `pets_1` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\nUSE `pets_1`;\n';

describe('Spider and WikiSQL', () => {
  it('become datasets whose image loads their dump', async () => {
    await put({ 'ic_spider_dev.json': [SPIDER, SPIDER], 'ic_spider_dbs.sql': DUMP });
    const [spider] = await readSpider(folder);
    if (spider === undefined) throw new Error('nothing was read');
    expect(spider).toMatchObject({ name: 'spider', tasks: 2 });
    expect(spider.added.map(({ name }) => name)).toEqual(['srv/sql/server.cnf', 'srv/sql/dump.sql']);
    const path = await writeDataset(join(folder, 'datasets'), spider);
    expect(await loadDataset('spider', path)).toMatchObject({
      environment: 'sql-v1',
      dialect: 'mysql',
      image: 'spider',
      definition: { from: 'sql', tree: join(path, 'tree.tar'), script: expect.stringContaining('mariadbd') },
      tasks: [
        { id: 'spider-0', instruction: SPIDER.query, database: 'pets_1', gold: SPIDER.gold, tags: ['easy'] },
        { id: 'spider-1' },
      ],
    });
  });

  it('get the quotes that published queries lack, and keep these as they are', async () => {
    const gold = 'SELECT Position FROM t WHERE School/Club = Butler CC (KS)';
    await put({
      'ic_wikisql_dev.json': [
        { db: 'dev', query: 'Which?', gold },
        { db: 'dev', query: 'Why?', gold: 'SELECT Reason FROM nowhere' },
      ],
      'ic_wikisql_dev.sql':
        'CREATE DATABASE IF NOT EXISTS `dev`;\nCREATE TABLE `t` (\n\t`Position` text,\n\t`School/Club` text\n) ENGINE=InnoDB;',
    });
    const [wikisql] = await readWikiSql(folder);
    expect(wikisql?.file.tasks).toEqual([
      {
        id: 'wikisql-0',
        instruction: 'Which?',
        database: 'dev',
        gold: "SELECT `Position` FROM `t` WHERE `School/Club` = 'Butler CC (KS)'",
        published_gold: gold,
        tables: ['t'],
      },
      { id: 'wikisql-1', instruction: 'Why?', database: 'dev', gold: 'SELECT Reason FROM nowhere' },
    ]);
  });

  it('are refused with file, record and field', async () => {
    const refused = async (records: unknown, dump: string | null, place: object) => {
      await rm(folder, { recursive: true, force: true });
      await put({ 'ic_spider_dev.json': records, ...(dump === null ? {} : { 'ic_spider_dbs.sql': dump }) });
      const error: unknown = await readSpider(folder).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DatasetError);
      expect(error).toMatchObject({ place });
    };
    const file = join(folder, 'ic_spider_dev.json');
    await refused([SPIDER, { ...SPIDER, gold: 7 }], DUMP, { file, record: 1, field: 'gold' });
    await refused([{ ...SPIDER, db: 'other' }], DUMP, { file, record: 0, field: 'db' });
    await refused('[', DUMP, { file });
    await refused({}, DUMP, { file });
    await refused([SPIDER], null, { file: join(folder, 'ic_spider_dbs.sql') });
  });
});

describe('BIRD', () => {
  const records = ['superhero', 'toxicology'].map((db) => ({
    db,
    query: 'Who?',
    gold: 'SELECT 1',
    difficulty: 'simple',
    evidence: ' who refers to name ',
  }));

  it('takes the databases that lie beside it', async () => {
    await put({
      'ic_bird.json': records,
      'dev_databases/superhero/superhero.sqlite': 'a',
      'toxicology.sqlite': 'b',
    });
    const [bird] = await readBird(folder);
    expect(bird?.added.map(({ name, content }) => [name, String(content)])).toEqual([
      ['srv/sql/sqlite/superhero.db', 'a'],
      ['srv/sql/sqlite/toxicology.db', 'b'],
    ]);
    expect(bird?.file).toMatchObject({ dialect: 'sqlite', image: { from: 'python' } });
    expect(bird?.file.tasks[0]).toMatchObject({ evidence: 'who refers to name', tags: ['simple'] });
  });

  it('names every database that is missing, and where to put it', async () => {
    await put({ 'ic_bird.json': records, 'superhero.sqlite': 'a' });
    const error: unknown = await readBird(folder).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(IncompleteDatasetError);
    expect(String(error)).toContain('dev_databases/toxicology/toxicology.sqlite');
    expect(String(error)).not.toContain('superhero.sqlite');
  });
});
