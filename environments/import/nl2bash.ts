import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BashTaskRecord } from '../bash/task.ts';
import { checked, DatasetError, parsedJson } from '../dataset-error.ts';
import type { PublishedDataset } from './dataset-writer.ts';
import { type AddedFile, checkTree } from './file-tree.ts';

const SET_FILE = /^nl2bash_fs_(\d+)\.json$/;
/** The set without a tree: it uses the plain image. */
const WITHOUT_TREE = new Set(['4']);

/**
 * InterCode's images have the script that made their files in `/`, where `*.sh` matches it. Tasks and published rewards
 * depend on its name. This file replaces it.
 */
function setupScript(number: string): AddedFile {
  return {
    name: `setup_nl2b_fs_${number}.sh`,
    content: '#!/bin/bash\n# The files of this set are all in place now.\n\n\n',
    mode: 0o755,
    mtime: new Date('2023-06-01T00:00:00Z'),
  };
}

const PublishedRecord = z.looseObject({
  query: z.string().min(1),
  gold: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
});

/** Numbers of the sets in a folder, in order. */
async function setNumbers(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => SET_FILE.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .sort((a, b) => Number(a) - Number(b));
}

/**
 * Read one set: `nl2bash_fs_N.json` and `fs_N.tar` (set 4 has no tree).
 * @throws {DatasetError} with file, record, field and reason
 */
async function readSet(folder: string, number: string): Promise<PublishedDataset> {
  const file = join(folder, `nl2bash_fs_${number}.json`);
  const value = parsedJson(await readFile(file, 'utf8'), { file });
  if (!Array.isArray(value) || value.length === 0) throw new DatasetError({ file }, 'not a list of records');
  const tasks = value.map((record: unknown, index): BashTaskRecord => {
    const { query, gold } = checked(PublishedRecord, record, { file, record: index });
    return { id: `fs${number}-${index}`, instruction: query, gold };
  });
  const hasTree = !WITHOUT_TREE.has(number);
  const tree = join(folder, `fs_${number}.tar`);
  if (hasTree) await checkTree(tree);
  const name = `nl2bash-fs${number}`;
  return {
    name,
    tasks: tasks.length,
    tree: hasTree ? tree : null,
    added: [setupScript(number)],
    file: {
      format: 1,
      environment: 'bash-v1',
      image: { name, from: 'bash', tree: 'tree.tar', gitAtRoot: true },
      tasks,
    },
  };
}

/** Read every set of a folder. @throws {DatasetError} as `readSet` */
export async function readNl2Bash(folder: string): Promise<PublishedDataset[]> {
  const sets: PublishedDataset[] = [];
  for (const number of await setNumbers(folder)) sets.push(await readSet(folder, number));
  return sets;
}
