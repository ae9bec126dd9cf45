import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { DatasetError } from '../../environments/dataset-error.ts';

/** A folder for the datasets of a test, gone after it. */
export interface DatasetFolders {
  /** Absolute path of a name in it. */
  path(name: string): string;
  /** Write files by their names, folders made as needed. A value that is no text is written as JSON. */
  write(files: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A folder of its own for every test of a file. */
export function datasetFolders(): DatasetFolders {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(path(name)), { recursive: true });
        const isFile = typeof content === 'string' || Buffer.isBuffer(content);
        await writeFile(path(name), isFile ? content : JSON.stringify(content));
      }
    },
  };
}

/** The error that loading a dataset ends with. */
export async function refused(loading: Promise<unknown>): Promise<DatasetError> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return error as DatasetError;
}
