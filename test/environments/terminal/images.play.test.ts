import Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureImages } from '../../../docker/images/builder.ts';
import { withBases } from '../../../docker/images/definitions.ts';
import { SandboxPool } from '../../../docker/pool/pool.ts';
import { loadDataset } from '../../../environments/dataset-store.ts';
import type { StoredDataset } from '../../../environments/playable-dataset.ts';
import { terminal } from '../../../environments/terminal/definition.ts';
import type { TerminalTask } from '../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, type OpenEngine } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { datasetFolders } from '../dataset-folders.ts';
import { playTerminal, terminalOver } from './play.ts';

const BASES = { 'not-to-be-had:1': 'stepwell/bash' };
const PASSES = 'cd /srv/work && [ "$LEVEL" = 3 ] && cmp -s data copy && echo 1 > /logs/verifier/reward.txt\n';
/** Another content for each run, so that each builds its own image. */
const DATA = `${process.pid}\n`;

const folders = datasetFolders();

async function dataset(files: Readonly<Record<string, string>> = {}) {
  const task = {
    'task.toml': 'schema_version = "1.4"\n[environment]\nbuild_timeout_sec = 300\n',
    'instruction.md': 'Copy data.\n',
    'environment/Dockerfile':
      'FROM not-to-be-had:1\nENV LEVEL=3\nWORKDIR /srv/work\nCOPY data .\nRUN echo built > /built\n',
    'environment/data': DATA,
    'tests/test.sh': `echo 0 > /logs/verifier/reward.txt; ${PASSES}`,
    'solution/solve.sh': 'cp data copy\n',
    ...files,
  };
  for (const name of ['one', 'two']) {
    await folders.write(
      Object.fromEntries(Object.entries(task).map(([file, text]) => [`d/${name}/${file}`, text])),
    );
  }
  const loaded = (await loadDataset('terminal-v1:d', folders.path('d'))) as StoredDataset<TerminalTask>;
  return terminal.served(loaded);
}

it('tasks with equal environments share an image, which stays the same where nothing changes', async () => {
  const images = terminal.imagesOf(await dataset());
  expect(images).toEqual([
    {
      name: expect.stringMatching(/^task-[0-9a-f]{12}$/),
      from: expect.stringMatching(/^dockerfile:.*\/environment$/),
      buildTimeoutS: 300,
      settingsFile: '/etc/stepwell-image.json',
    },
  ]);
  expect(terminal.imagesOf(await dataset())[0]?.name).toBe(images[0]?.name);
  expect(terminal.imagesOf(await dataset({ 'environment/data': 'other' }))[0]?.name).not.toBe(
    images[0]?.name,
  );
});

it('an image of a registry is named by its reference', async () => {
  const toml = 'schema_version = "1.4"\n[environment]\ndocker_image = "me/image:1"\n';
  expect(terminal.imagesOf(await dataset({ 'task.toml': toml }))).toMatchObject([
    { from: 'docker:me/image:1' },
  ]);
});

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a task with an image of its own on the ${engine.name} engine`, () => {
    let opened: OpenEngine;
    const made: string[] = [];
    beforeAll(async () => {
      opened = await engine.open();
    }, BUILD_MS);
    afterAll(async () => {
      await opened?.close();
      if (engine.name !== 'docker') return;
      const docker = new Docker();
      for (const name of made) {
        const filters = { label: [`stepwell.image=${name}`] };
        for (const tag of (await docker.listImages({ filters })).flatMap((image) => image.RepoTags ?? [])) {
          if (tag.startsWith(`stepwell/${name}:`)) await docker.getImage(tag).remove({ force: true });
        }
        await docker.pruneImages({ filters });
      }
    });

    it('is built from an image of a registry, too, or says that there is none', {
      timeout: BUILD_MS,
    }, async () => {
      if (engine.name === 'local') return;
      const reference = `not-to-be-had:${process.pid}`;
      const toml = `schema_version = "1.4"\n[environment]\ndocker_image = "${reference}"\n`;
      const images = terminal.imagesOf(await dataset({ 'task.toml': toml }));
      const name = images[0]?.name ?? '';
      const build = (bases: Readonly<Record<string, string>>) =>
        ensureImages({ builder: opened.builder, definitions: withBases(images, bases), names: [name] });
      await expect(build({})).rejects.toMatchObject({
        code: 'start_failed',
        message: expect.stringContaining(`Image ${reference} could not be pulled`),
      });
      made.push(name);
      expect(await build({ [reference]: 'stepwell/bash' })).toEqual([name]);
    });

    it('is played in it, with its variables and working directory, or refused', {
      timeout: BUILD_MS,
    }, async () => {
      const served = await dataset();
      const definitions = withBases(terminal.imagesOf(served), BASES);
      const name = definitions[0]?.name ?? '';
      made.push(name);
      const building = ensureImages({ builder: opened.builder, definitions, names: [name] });
      if (engine.name === 'local') {
        await expect(building).rejects.toMatchObject({
          code: 'start_failed',
          message: `Image "${name}" is built from a Docker image, which needs a Docker engine (--runtime docker).`,
        });
        return;
      }
      await building;
      const pool = new SandboxPool(opened.engine, { images: { [name]: { warm: 2, max: 2 } } });
      try {
        const environment = terminalOver(pool, served);
        const solved = await playTerminal(environment, 'one', '[ "$LEVEL" = 3 ] && cp data copy');
        expect(solved).toMatchObject([{ reward: 1, success: true }]);
        expect(await playTerminal(environment, 'two', 'touch copy')).toMatchObject([{ reward: 0 }]);
      } finally {
        await pool.drain(0);
      }
    });
  });
}
