import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

test("the judge's clock passes its own tests", { timeout: 60_000 }, async () => {
  const args = ['-B', '-m', 'unittest', 'discover', '-s', 'test/environments/python/judge'];
  const { stderr } = await promisify(execFile)('python3', args, { cwd: root });
  expect(stderr).toMatch(/Ran [1-9]\d* tests/);
});
