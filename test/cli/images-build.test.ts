import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSummary } from '../../clients/cli/building-many.ts';
import { run } from '../../clients/cli/program.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { BUILD_MS, dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { FakeTerminal } from './fake-terminal.ts';

test('a summary names what failed and why, and counts', () => {
  const failed = { name: 'b', outcome: 'failed', reason: 'no space' } as const;
  expect(buildSummary([{ name: 'a', outcome: 'built' }, failed, { name: 'c', outcome: 'current' }])).toEqual([
    'c: up to date',
    'b: no space',
    '1 built, 1 up to date, 1 failed',
  ]);
  expect(buildSummary([{ name: 'a', outcome: 'built' }])).toEqual([]);
});

describeUnless(await dockerMissing(), 'stepwell images build <dataset>, on Docker', () => {
  let home = '';
  const docker = new Docker();
  const made: string[] = [];

  beforeAll(async () => {
    home = await temporaryHome();
    for (const [name, line] of Object.entries({
      one: 'ENV A=1',
      two: 'ENV A=2',
      bad: 'RUN echo because && false',
    })) {
      const files = {
        'task.toml': 'schema_version = "1.4"\n',
        'instruction.md': 'Do it.\n',
        'environment/Dockerfile': `FROM not-to-be-had:1\nLABEL test=${process.pid}\n${line}\n`,
        'tests/test.sh': 'echo 1 > /logs/verifier/reward.txt\n',
      };
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(home, 'mine', name, file)), { recursive: true });
        await writeFile(join(home, 'mine', name, file), text);
      }
    }
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    for (const name of made) {
      const images = await docker.listImages({ filters: { label: [`stepwell.image=${name}`] } });
      for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? []))
        await docker.getImage(tag).remove({ force: true });
    }
  });

  async function build() {
    const terminal = new FakeTerminal('', { STEPWELL_HOME: home });
    const argv = [
      'images',
      'build',
      join(home, 'mine'),
      '--runtime',
      'docker',
      '--base',
      'not-to-be-had:1=stepwell/bash',
    ];
    const exitCode = await run(argv, terminal);
    const names = [...terminal.printed.matchAll(/^(task-\S+) sha256:/gm)].map(([, name]) => name ?? '');
    made.push(...names);
    return { exitCode, names, complained: terminal.complained };
  }

  test('builds what it can, says what failed and why, and goes on with what is missing', {
    timeout: BUILD_MS,
  }, async () => {
    const first = await build();
    expect(first.exitCode).toBe(1);
    expect(new Set(first.names).size).toBe(2);
    expect(first.complained).toMatch(/^task-\w+: The Dockerfile in .*bad\/environment failed: .*because/ms);
    expect(first.complained).toContain('2 built, 0 up to date, 1 failed');
    await writeFile(
      join(home, 'mine/bad/environment/Dockerfile'),
      `FROM not-to-be-had:1\nENV A=${process.pid}\n`,
    );
    const second = await build();
    expect(second.complained).toContain('1 built, 2 up to date, 0 failed');
    expect(second.exitCode).toBe(0);
  });
});
