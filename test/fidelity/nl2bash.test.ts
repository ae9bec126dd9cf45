import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureImages } from '../../docker/images/builder.ts';
import { DockerImageBuilder } from '../../docker/images/docker-builder.ts';
import { SandboxPool } from '../../docker/pool.ts';
import { BashEnvironment } from '../../environments/bash/environment.ts';
import { goldCode } from '../../environments/bash/task-placement.ts';
import { loadDatasets } from '../../environments/dataset-store.ts';
import { GoldCache } from '../../environments/gold-cache.ts';
import { importIntercode } from '../../environments/import/intercode.ts';
import { dockerEngine, dockerMissing } from '../engines.ts';
import { intercodeFolder, missingData, referenceEpisodes } from './reference-data.ts';
import { describeDifference, inParallel, replayEpisode, sameReward } from './replay.ts';

const missing = missingData ?? (await dockerMissing());
if (missing !== null) console.warn(`NL2Bash is not compared with InterCode: ${missing}`);

/** Share of step rewards that must be equal. */
const REQUIRED = 0.985;
const WIDTH = 3;
/** The reference ran with Docker's default network. */
const NETWORK = process.env.STEPWELL_FIDELITY_NETWORK === 'none' ? 'none' : 'bridge';
const MINUTES = 60_000;

describe.skipIf(missing !== null)('NL2Bash, with the semantics of InterCode', () => {
  let home: string;
  let opened: Awaited<ReturnType<typeof dockerEngine>>;
  let pool: SandboxPool;
  let environment: BashEnvironment;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-fidelity-'));
    await importIntercode(intercodeFolder, home);
    const [first, ...others] = await loadDatasets(home);
    if (first === undefined) throw new Error('nothing was imported');
    opened = await dockerEngine();
    pool = new SandboxPool(opened.engine, { network: NETWORK });
    environment = new BashEnvironment({
      sandboxes: pool,
      defaults: { stepTimeoutMs: 10_000, maxOutputBytes: 65_536 },
      datasets: [first, ...others],
      goldCache: new GoldCache(),
      readme: '',
    });
    const builder = new DockerImageBuilder(new Docker());
    const names = environment.images.map(({ name }) => name);
    await ensureImages({ builder, definitions: environment.images, names });
  }, 20 * MINUTES);

  afterAll(async () => {
    await pool?.drain(0);
    await opened?.close();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  it(
    'gives 1 to the gold command of every task, unless its output is of the moment',
    async () => {
      const datasets = environment.info.datasets.map(({ name }) => name);
      const tasks = datasets.flatMap((name) => environment.tasks(name, undefined));
      const loaded = await loadDatasets(home);
      const rewards = await inParallel(tasks, WIDTH, async (task) => {
        const record = loaded.find(({ name }) => name === task.dataset)?.tasks[task.index];
        if (record === undefined) throw new Error(`no record of ${task.id}`);
        const episode = await environment.reset(task, { semantics: 'intercode' });
        try {
          // The gold's own timeout is InterCode's for none.
          await episode.act({ code: goldCode(record.gold), timeout_ms: 60_000 });
          return { task, reward: (await episode.grade({ final: true })).reward };
        } finally {
          await episode.sandbox.release();
        }
      });
      const below = rewards.filter(({ reward }) => reward === null || reward < 0.99);
      for (const { task, reward } of below) console.log(`gold of ${task.dataset} ${task.id}: ${reward}`);
      expect(tasks).toHaveLength(200);
      expect(below.filter(({ reward }) => reward === null || reward < 0.6)).toEqual([]);
      expect(below.length).toBeLessThanOrEqual(4);
    },
    20 * MINUTES,
  );

  it(
    `rewards at least ${100 * REQUIRED} % of the reference's steps alike`,
    async () => {
      const episodes = referenceEpisodes();
      const steps = (await inParallel(episodes, WIDTH, (one) => replayEpisode(environment, one))).flat();
      const different = steps.filter((step) => !sameReward(step));
      const equal = 1 - different.length / steps.length;
      console.log(
        [
          ...different.map(describeDifference),
          `${steps.length} steps of ${episodes.length} episodes, ${different.length} rewards differ: ${(100 * equal).toFixed(2)} % alike (network: ${NETWORK})`,
        ].join('\n'),
      );
      expect(steps).toHaveLength(episodes.reduce((sum, { actions }) => sum + actions.length, 0));
      expect(equal).toBeGreaterThanOrEqual(REQUIRED);
    },
    40 * MINUTES,
  );
});
