import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readApps } from './apps.ts';
import { readBird } from './bird.ts';
import type { PublishedDataset } from './dataset-writer.ts';
import { readMbpp } from './mbpp.ts';
import { readNl2Bash } from './nl2bash.ts';
import { readSpider } from './sql-records.ts';
import { readWikiSql } from './wikisql.ts';

/** A part of InterCode's published data. */
export interface Part {
  /** E.g. `spider`. */
  readonly name: string;
  /** Its folder in InterCode's `data`, e.g. `sql/spider`. */
  readonly folder: string;
  /** Name of the file that identifies it. */
  readonly file: RegExp;
  /** Reads its folder; `null` for a part that cannot be imported. @throws {DatasetError} */
  readonly read: ((folder: string) => Promise<readonly PublishedDataset[]>) | null;
}

export const PARTS: readonly Part[] = [
  { name: 'nl2bash', folder: 'nl2bash', file: /^nl2bash_fs_\d+\.json$/, read: readNl2Bash },
  { name: 'spider', folder: 'sql/spider', file: /^ic_spider_dev\.json$/, read: readSpider },
  { name: 'wikisql', folder: 'sql/wikisql', file: /^ic_wikisql_dev\.json$/, read: readWikiSql },
  { name: 'bird', folder: 'sql/bird', file: /^ic_bird\.json$/, read: readBird },
  { name: 'mbpp', folder: 'python/mbpp', file: /^ic_mbpp\.json$/, read: readMbpp },
  { name: 'apps', folder: 'python/apps', file: /^ic_apps\.json$/, read: readApps },
  { name: 'ctf', folder: 'ctf', file: /^ic_ctf\.json$/, read: null },
];

/** A part and its folder. */
export interface FoundPart {
  readonly part: Part;
  readonly folder: string;
}

/**
 * The parts in a folder: InterCode's repository, its `data` folder, a subfolder of it, e.g. `sql`, or the folder of one
 * part.
 */
export async function findParts(named: string): Promise<FoundPart[]> {
  const found: FoundPart[] = [];
  for (const part of PARTS) {
    const steps = part.folder.split('/');
    const places = ['data', ...steps, ''].map((_, skipped) => ['data', ...steps].slice(skipped).join('/'));
    for (const place of places) {
      const folder = join(named, place);
      const names = await readdir(folder).catch(() => []);
      if (!names.some((name) => part.file.test(name))) continue;
      found.push({ part, folder });
      break;
    }
  }
  return found;
}
