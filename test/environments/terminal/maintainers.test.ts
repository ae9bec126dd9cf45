import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUILD_MS, dockerMissing, localMissing } from '../../engines.ts';
import { describeUnless, itUnless } from '../../requirements.ts';
import { stepwellProgram } from '../../stepwell.ts';

const run = promisify(execFile);
const PAGE = resolve(import.meta.dirname, '../../../environments/terminal/maintainers.md');
const text = readFileSync(PAGE, 'utf8');
const blocks = [...text.matchAll(/^```sh( docker)?\n(.*?)^```$/gms)].map(([, docker, code = '']) => ({
  needsDocker: docker !== undefined,
  code,
}));

const noDocker = await dockerMissing();

describeUnless(await localMissing(), 'the page for maintainers of terminal tasks', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stepwell-test-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const docker = new Docker();
    for (const tag of made)
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => {});
  });
  const made: string[] = [];

  /** Run a snippet as it is, with this clone's `stepwell`. */
  async function snippet(code: string, runtime: string) {
    const { STEPWELL_BASE: _, ...env } = process.env;
    const npx = `npx() { [ "$1" = stepwell ] && shift; "${process.execPath}" "${stepwellProgram()}" "$@"; }`;
    const options = {
      cwd: folder,
      env: { ...env, STEPWELL_HOME: join(folder, 'home'), STEPWELL_RUNTIME: runtime },
      maxBuffer: 2 ** 24,
    };
    const { stdout } = await run('bash', ['-euc', `${npx}\n${code}`], options);
    return stdout;
  }

  test('has snippets that work one after the other, from the first episode to a check', {
    timeout: 300_000,
  }, async () => {
    const plain = blocks.filter(({ needsDocker }) => !needsDocker);
    expect(plain).toHaveLength(5);
    const printed: string[] = [];
    for (const { code } of plain) printed.push(await snippet(code, 'local'));
    expect(printed[0]).toMatch(/Write the square numbers.*reward +1\.00/s);
    expect(printed[1]).toMatch(/1 of 1 tasks of tasks.*solution:.*wrong answer 1:.*cheat 1:/s);
    expect(printed[2]).toContain('checked tasks for terminal-v1: 1 of 1 tasks pass');
    expect(printed[3]).toMatch(/^held +forged-reward/);
    expect(printed[4]).toMatch(/terminal-v1 +built-in/);
  });

  itUnless(
    noDocker,
    'has snippets about images that work on Docker',
    async () => {
      const [block] = blocks.filter(({ needsDocker }) => needsDocker);
      const printed = await snippet(block?.code ?? '', 'docker');
      const [, name = ''] = /^(task-\S+) sha256:/m.exec(printed) ?? [];
      const images = await new Docker().listImages({ filters: { label: [`stepwell.image=${name}`] } });
      made.push(...images.flatMap(({ RepoTags }) => RepoTags ?? []));
      expect(printed).toContain('checked more for terminal-v1: 1 of 1 tasks pass');
    },
    BUILD_MS,
  );
});
