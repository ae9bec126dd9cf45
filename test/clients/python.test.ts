import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { installedPackages, PipFailed } from '../../tools/pip.ts';
import { localMissing } from '../engines.ts';
import { describeUnless, unlessRequired } from '../requirements.ts';

const PACKAGE = fileURLToPath(new URL('../../clients/python', import.meta.url));
const REQUIREMENTS = join(PACKAGE, 'tests/requirements.txt');
const RUN_MS = 900_000;

interface Outcome {
  readonly test: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
}

/** The environment of a Python that has the packages and the sources, or why there is none. */
function python(): NodeJS.ProcessEnv | string {
  let version: string;
  try {
    version = execFileSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    }).trim();
    if (Number(version.split('.')[1]) < 10) return `Python ${version} is older than 3.10`;
    const mark = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 8);
    const packages = installedPackages(`python-${version}-${mark}`, REQUIREMENTS);
    const path = [PACKAGE, packages].join(delimiter);
    // What is imported is compiled once, and nothing is written beside the sources.
    const compiled = { PYTHONDONTWRITEBYTECODE: '', PYTHONPYCACHEPREFIX: join(packages, '__pycache__') };
    return { ...process.env, PYTHONPATH: path, ...compiled };
  } catch (error) {
    if (error instanceof PipFailed) return `pip cannot install its packages: ${error.message}`;
    return `no Python: ${error instanceof Error ? error.message : error}`;
  }
}

// They play on the local engine, and a machine without pip cannot show them: they are left to no other run.
const local = await localMissing({ programs: ['bash'] });
const found = local ?? python();
const missing = typeof found === 'string' ? unlessRequired('pip', found) : null;
const env = typeof found === 'string' ? {} : found;
const pytest = ['-m', 'pytest', '--quiet'];

/** Names of the tests, as pytest has them. */
function collected(): string[] {
  const listed = execFileSync('python3', [...pytest, '--collect-only'], {
    cwd: PACKAGE,
    env,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((line) => line.startsWith('tests/'));
}

describeUnless(missing, 'the Python package', () => {
  const names = missing === null ? collected() : [];
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stepwell-python-'));
    try {
      const report = join(folder, 'report.jsonl');
      const run = spawn('python3', [...pytest, '-p', 'report', `--basetemp=${join(folder, 'pytest')}`], {
        cwd: PACKAGE,
        env: {
          ...env,
          PYTHONPATH: [join(PACKAGE, 'tests'), env.PYTHONPATH].join(delimiter),
          STEPWELL_TEST_REPORT: report,
        },
        stdio: 'ignore',
      });
      await once(run, 'exit');
      for (const line of readFileSync(report, 'utf8').trim().split('\n')) {
        const outcome: Outcome = JSON.parse(line);
        // Of a test that fails at its end, too, the fault counts.
        if (outcomes.get(outcome.test)?.outcome !== 'failed') outcomes.set(outcome.test, outcome);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, RUN_MS);

  for (const name of names) {
    it(name, ({ skip }) => {
      const outcome = outcomes.get(name);
      if (outcome?.outcome === 'skipped') skip(outcome.reason);
      expect(outcome?.reason ?? 'it did not run').toBe('');
    });
  }
});
