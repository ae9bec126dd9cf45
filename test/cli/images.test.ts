import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { FakeTerminal } from './fake-terminal.ts';

const LOCAL = ['--runtime', 'local'];

let home: string;
let dataset: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  dataset = join(home, 'datasets/set');
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function images(...argv: string[]) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: home });
  const status = await run(['images', ...argv], terminal);
  return { status, out: terminal.printed, err: terminal.complained };
}

/** A dataset whose image has a tree. */
async function writeDataset(tasks: readonly unknown[]): Promise<void> {
  await mkdir(dataset, { recursive: true });
  await writeFile(join(dataset, 'note'), 'from the tree');
  execFileSync('tar', ['-cf', join(dataset, 'tree.tar'), '-C', dataset, 'note']);
  const image = { name: 'set', from: 'bash', tree: 'tree.tar' };
  await writeFile(
    join(dataset, 'dataset.json'),
    JSON.stringify({ format: 1, environment: 'bash-v1', image, tasks }),
  );
}

const TASK = { id: 'a', instruction: 'x', gold: 'x' };

describe('stepwell images', () => {
  it('refuses what it does not know', async () => {
    expect(await images('build', 'nowhere', ...LOCAL)).toMatchObject({
      status: 2,
      err: expect.stringContaining('known are base, bash'),
    });
    expect((await images('build', '--runtime', 'cloud')).status).toBe(2);
    expect((await images('bild')).status).toBe(2);
    expect((await images()).status).toBe(2);
  });

  it('lists the images of datasets and which of them are built', async () => {
    await writeDataset([TASK]);
    const states = async () => {
      const listed: { name: string; state: string }[] = JSON.parse(
        (await images('list', ...LOCAL, '--json')).out,
      );
      return Object.fromEntries(listed.map(({ name, state }) => [name, state]));
    };
    expect(await states()).toMatchObject({ set: 'missing' });
    expect((await images('list', ...LOCAL)).out).toMatch(/^set +not built; .*images build set/m);
    expect(await images('build', 'set', ...LOCAL)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^set sha256:/),
    });
    expect(await states()).toMatchObject({ set: 'built' });
    expect((await images('build', 'set', ...LOCAL)).err).toBe('set: up to date\n');
    expect((await images('build', 'set', '--force', ...LOCAL)).err).toMatch(/^building the image set/);
    execFileSync('tar', ['-rf', join(dataset, 'tree.tar'), '-C', dataset, 'note']);
    expect(await states()).toMatchObject({ set: 'outdated' });
    expect((await images('list', ...LOCAL)).out).toMatch(/^set +sha256:.* out of date$/m);
  });

  it('refuses a dataset and a file of definitions that cannot be read', async () => {
    await writeDataset([TASK, { id: 'b' }]);
    const refused = { status: 2, err: expect.stringMatching(/^stepwell: .*dataset\.json, line .*\n$/) };
    expect(await images('build', ...LOCAL)).toMatchObject(refused);
    expect(await images('list', ...LOCAL)).toMatchObject(refused);
    await writeDataset([TASK]);
    const missing = join(home, 'none.json');
    expect(await images('build', '--definitions', missing, ...LOCAL)).toMatchObject({
      status: 2,
      err: expect.stringContaining(missing),
    });
  });

  it('lists images that are missing where nothing is built', async () => {
    const { status, out, err } = await images('list', ...LOCAL, '--json');
    const listed: { state: string }[] = JSON.parse(out);
    expect({ status, err, states: new Set(listed.map(({ state }) => state)) }).toEqual({
      status: 0,
      err: '',
      states: new Set(['missing']),
    });
  });

  it('builds nothing that the host’s programs stand in for', async () => {
    expect(await images('build', ...LOCAL, 'bash')).toMatchObject({
      status: 0,
      out: '',
      err: 'bash: up to date\n',
    });
  });
});
