import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** An empty folder for each test of the file, removed after it. @returns what tells its path during a test */
export function temporaryFolder(): () => string {
  let path = '';
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));
  return () => path;
}
