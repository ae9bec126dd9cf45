import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs the runner's own tests, written in its language; resolves to what they printed. */
function runPythonTests(): Promise<{ passed: boolean; report: string }> {
  const args = ['-B', '-m', 'unittest', 'discover', '-s', 'test/docker/runner'];
  return new Promise((resolve) => {
    execFile('python3', args, { cwd: root, timeout: 170_000 }, (error, stdout, stderr) => {
      resolve({ passed: error === null, report: `${stdout}${stderr}` });
    });
  });
}

test("the runner's modules pass their own tests", { timeout: 180_000 }, async () => {
  const { passed, report } = await runPythonTests();
  expect(passed, report).toBe(true);
  expect(report).toMatch(/Ran [1-9]\d* tests/);
});
