import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { z } from 'zod';
import type { BashTaskRecord } from '../bash/task.ts';
import { checked, DatasetError, parsedJson } from '../dataset-error.ts';
import type { DatasetFile } from '../dataset-store.ts';

/** A set of NL2Bash read from its published files, ready to be written. */
export interface Nl2BashSet {
  readonly name: string;
  readonly file: DatasetFile;
  readonly tasks: number;
  /** The published file tree. */
  readonly tree: string | null;
}

const SET_FILE = /^nl2bash_fs_(\d+)\.json$/;
/** The one set that plays on the plain image. */
const WITHOUT_TREE = new Set(['4']);

const PublishedRecord = z.looseObject({
  query: z.string().min(1),
  gold: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
});

/** Numbers of the sets in a folder, in order. */
export async function setNumbers(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => SET_FILE.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .sort((a, b) => Number(a) - Number(b));
}

/** @throws {DatasetError} for a member that would be unpacked anywhere but below the folder it is unpacked in */
async function checkTree(file: string): Promise<void> {
  const members = extract();
  members.on('entry', (header, stream, next) => {
    const parts = header.name.split('/');
    if (header.name.startsWith('/') || parts.includes('..')) {
      next(new DatasetError({ file }, `member ${JSON.stringify(header.name)} leaves the tree`));
      return;
    }
    stream.on('end', next);
    stream.resume();
  });
  try {
    await pipeline(createReadStream(file), members);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError({ file }, `no readable tar file: ${reason}`, { cause: error });
  }
}

/**
 * Read one set: `nl2bash_fs_N.json` and `fs_N.tar` (set 4 has no tree).
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readSet(folder: string, number: string): Promise<Nl2BashSet> {
  const file = join(folder, `nl2bash_fs_${number}.json`);
  const value = parsedJson(await readFile(file, 'utf8'), { file });
  if (!Array.isArray(value) || value.length === 0) throw new DatasetError({ file }, 'no list of records');
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
    file: {
      format: 1,
      environment: 'bash-v1',
      image: { name, from: 'bash', ...(hasTree ? { tree: 'tree.tar' } : {}), gitAtRoot: true },
      tasks,
    },
  };
}
