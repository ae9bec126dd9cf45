import { cp, mkdir, rm } from 'node:fs/promises';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { withBases } from '../../../docker/images/definitions.ts';
import { ImageStore } from '../../../docker/images/store/store.ts';
import { loadDataset } from '../../../environments/dataset-store.ts';
import type { StoredDataset } from '../../../environments/playable-dataset.ts';
import { terminal } from '../../../environments/terminal/definition.ts';
import type { TerminalTask } from '../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, type OpenEngine } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { type LayerTree, makeLayer, makeStore, PLAIN_LAYER, SHELL_LAYER } from '../../stored-images.ts';
import { type StoredSandboxes, storedSandboxes } from '../../stored-sandboxes.ts';
import { datasetFolders } from '../dataset-folders.ts';
import { playTerminal, type TerminalDataset, terminalOver } from './play.ts';

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

/** Nothing but its test script decides. */
async function withoutSolution(files: Readonly<Record<string, string>>) {
  await dataset();
  for (const name of ['one', 'two']) {
    for (const part of ['solution', 'environment']) {
      await rm(folders.path(`d/${name}/${part}`), { recursive: true });
    }
  }
  await folders.write(
    Object.fromEntries(
      ['one', 'two'].flatMap((name) =>
        Object.entries(files).map(([file, text]) => [`d/${name}/${file}`, text]),
      ),
    ),
  );
  return terminal.served(
    (await loadDataset('terminal-v1:d', folders.path('d'))) as StoredDataset<TerminalTask>,
  );
}

it('tasks with equal environments share an image, which stays the same where nothing changes', async () => {
  const images = terminal.imagesOf(await dataset());
  expect(images).toEqual([
    {
      name: expect.stringMatching(/^task-[0-9a-f]{12}$/),
      from: expect.stringMatching(/^dockerfile:.*\/environment$/),
      buildTimeoutS: 300,
      stored: true,
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
    { from: 'docker:me/image:1', stored: true },
  ]);
});

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a task with an image of its own on the ${engine.name} engine`, () => {
    let opened: OpenEngine;
    let store: ImageStore;
    let begun: StoredSandboxes[];
    const made: string[] = [];
    beforeAll(async () => {
      opened = await engine.open();
    }, BUILD_MS);
    beforeEach(async () => {
      store = await ImageStore.open(folders.path('image-store'));
      begun = [];
    });
    afterEach(async () => {
      await Promise.all(begun.map((one) => one.close()));
      await store.close();
    });
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

    /** The environment over sandboxes of the store, and the names of the dataset's images. */
    function served(dataset: TerminalDataset, bases: Readonly<Record<string, string>> = {}) {
      const definitions = withBases(terminal.imagesOf(dataset), bases);
      const own = storedSandboxes(opened, store, definitions);
      begun.push(own);
      made.push(...definitions.map(({ name }) => name));
      return { environment: terminalOver(own.sandboxes, dataset), pool: own.pool, definitions };
    }

    /** Add a root to the store, of this machine's programs that test helpers put into layers. */
    async function addRoot(name: string, tree: LayerTree, ...layers: string[]): Promise<void> {
      await mkdir(folders.path('layers'), { recursive: true });
      await makeStore(folders.path('layers'));
      const root = folders.path(`root-${name}`);
      await makeLayer(folders.path('.'), `root-${name}`, tree);
      for (const layer of layers) await cp(folders.path(`layers/${layer}`), root, { recursive: true });
      await store.add(name, { kind: 'root', place: root });
    }

    it('is built or says what is missing', { timeout: BUILD_MS }, async () => {
      const reference = `not-to-be-had:${process.pid}`;
      const toml = `schema_version = "1.4"\n[environment]\ndocker_image = "${reference}"\n`;
      const asked = served(await dataset({ 'task.toml': toml }));
      const name = asked.definitions[0]?.name ?? '';
      await expect(playTerminal(asked.environment, 'one', 'true')).rejects.toMatchObject(
        engine.name === 'docker'
          ? {
              code: 'start_failed',
              message: expect.stringContaining(`Image ${reference} could not be pulled`),
            }
          : {
              code: 'image_missing',
              message: expect.stringContaining(`stepwell images add ${name} --from oci:image.tar`),
            },
      );
    });

    it('is built once, and played in sandboxes of the plain image', { timeout: BUILD_MS }, async () => {
      if (engine.name === 'local') return;
      const { environment, pool, definitions } = served(await dataset(), BASES);
      const solved = await playTerminal(environment, 'one', '[ "$LEVEL" = 3 ] && cp data copy');
      expect(solved).toMatchObject([{ reward: 1, success: true }]);
      expect(await playTerminal(environment, 'two', 'touch copy')).toMatchObject([{ reward: 0 }]);
      expect(Object.keys(pool.stats().images)).toEqual(['bash']);
      const [{ name, source } = { name: '', source: '' }, ...others] = await store.list();
      expect([name, others]).toEqual([definitions[0]?.name, []]);
      expect(source).toMatch(new RegExp(`^docker:stepwell/${name}:dockerfile-`));
    });

    it('is another one if a stand-in changes', { timeout: BUILD_MS }, async () => {
      if (engine.name === 'local') return;
      const toml = 'schema_version = "1.4"\n[environment]\ndocker_image = "not-to-be-had:1"\n';
      const files = {
        'task.toml': toml,
        'tests/test.sh': 'command -v bash > /dev/null && echo 1 > /logs/verifier/reward.txt\n',
      };
      const first = served(await dataset(files), BASES);
      const name = first.definitions[0]?.name ?? '';
      await expect(playTerminal(first.environment, 'one', 'true')).rejects.toThrow('already gets 1');
      expect((await store.get(name)).source).toBe('docker:stepwell/bash');
      const second = served(await dataset(files), { 'not-to-be-had:1': 'stepwell/python' });
      await expect(playTerminal(second.environment, 'one', 'true')).rejects.toThrow('already gets 1');
      expect((await store.get(name)).source).toBe('docker:stepwell/python');
    });

    it('is an image of the store by its name, also without Bash and any other program', {
      timeout: BUILD_MS,
    }, async () => {
      const files = {
        'task.toml': 'schema_version = "1.4"\n[environment]\ndocker_image = "plain"\nworkdir = "/data"\n',
        'tests/test.sh':
          '#!/bin/sh\n[ "$(pwd)" = /data ] && read -r a < new && [ "$a" = made ]; echo $((1 - $?)) > /logs/verifier/reward.txt\n',
      };
      const { environment } = served(await withoutSolution(files));
      await addRoot('plain', { 'data/old': 'x' }, PLAIN_LAYER);
      expect(await playTerminal(environment, 'one', 'echo made > new')).toMatchObject([{ reward: 1 }]);
      expect(await playTerminal(environment, 'two', 'echo other > new')).toMatchObject([{ reward: 0 }]);
    });

    it('is played as the task’s user, and verified as the verifier’s', { timeout: BUILD_MS }, async () => {
      const passwd = 'root:x:0:0::/root:\nme:x:1234:1234::/home/me:\nother:x:1300:1300::/:\n';
      await addRoot('users', { 'etc/passwd': passwd, 'home/me/of-root': 'x' }, SHELL_LAYER);
      const play = async (verifier: string, uid: number) => {
        const toml = `schema_version = "1.4"\n[environment]\ndocker_image = "users"\nworkdir = "/home/me"\n[agent]\nuser = 1234\n${verifier}`;
        const test = `read -r who < /tmp/who; [ "$who" = "1234 /home/me refused" ] && [ $UID = ${uid} ]; echo $((1 - $?)) > /logs/verifier/reward.txt\n`;
        const { environment } = served(await withoutSolution({ 'task.toml': toml, 'tests/test.sh': test }));
        const act = '(: >> of-root) 2> /dev/null || refused=refused; echo $UID $HOME $refused > /tmp/who';
        return playTerminal(environment, 'one', act);
      };
      if (engine.name === 'local' && process.getuid?.() !== 0) {
        await expect(play('', 0)).rejects.toMatchObject({ code: 'not_supported' });
        return;
      }
      expect(await play('', 0)).toMatchObject([{ reward: 1 }]);
      expect(await play('[verifier]\nuser = "other"\n', 1300)).toMatchObject([{ reward: 1 }]);
    });

    it('shows nothing of the image that its sandbox had before', { timeout: BUILD_MS }, async () => {
      const toml = (name: string) =>
        `schema_version = "1.4"\n[environment]\ndocker_image = "${name}"\nworkdir = "/data"\n`;
      const count =
        'x=0; for f in /data/*; do case $f in /data/$OWN | /data/mine) x=$((x + 1)) ;; *) x=9 ;; esac; done';
      const test = `${count}; [ $x = 2 ]; echo $((1 - $?)) > /logs/verifier/reward.txt\n`;
      for (const name of ['red', 'blue']) await addRoot(name, { [`data/${name}`]: name }, SHELL_LAYER);
      for (const name of ['red', 'blue', 'red']) {
        const own = `[verifier]\nenv = { OWN = "${name}" }\n`;
        const files = { 'task.toml': `${toml(name)}${own}`, 'tests/test.sh': test };
        const { environment } = served(await withoutSolution(files));
        expect(await playTerminal(environment, 'one', ': > /data/mine')).toMatchObject([{ reward: 1 }]);
        expect(await playTerminal(environment, 'two', ': > /data/yours')).toMatchObject([{ reward: 0 }]);
      }
    });
  });
}
