import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { createConfig } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { intercodeFolder, missingData } from './reference-data.ts';
import { inParallel } from './replay.ts';
import {
  describeSqlDifference,
  replaySql,
  sameObservation,
  sameReward,
  sqlReference,
} from './sql-reference.ts';

const missing = missingData ?? (await dockerMissing());

/** Shares of the steps that must be equal. */
const REQUIRED_REWARDS = 0.995;
const REQUIRED_OBSERVATIONS = 0.97;
/** Episodes at the same time. */
const WIDTH = 4;
const CLI = join(import.meta.dirname, '../../clients/cli/stepwell.js');
const MINUTES = 60_000;

describeUnless(missing, 'Spider through the WebSocket, with the semantics of InterCode', () => {
  let home: string;
  let server: RunningServer;
  let client: StepwellClient;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-fidelity-'));
    const env = { ...process.env, STEPWELL_HOME: home };
    await promisify(execFile)(process.execPath, [CLI, 'import', 'intercode', join(intercodeFolder, 'sql')], {
      env,
    });
    const config = createConfig({
      port: 0,
      runtime: 'docker',
      pool: {},
      log_level: 'warn',
      // The first reset waits for its image, too.
      queue_timeout_ms: 10 * MINUTES,
    });
    server = await startServer(config, { env });
    client = await StepwellClient.connect(server.url, { timeoutMs: 15 * MINUTES });
  }, 20 * MINUTES);

  afterAll(async () => {
    await client?.close();
    await server?.close();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  it(
    `answers and rewards the reference's steps alike`,
    async () => {
      const episodes = sqlReference();
      const steps = (await inParallel(episodes, WIDTH, (one) => replaySql(client, one))).flat();
      const rewards = steps.filter((step) => !sameReward(step));
      const observations = steps.filter((step) => !sameObservation(step));
      const share = (different: readonly unknown[]) => 1 - different.length / steps.length;
      const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
      const report = process.env.STEPWELL_FIDELITY_REPORT;
      if (report !== undefined) {
        const all = [...new Set([...rewards, ...observations])].map(describeSqlDifference);
        await writeFile(report, `${all.join('\n')}\n`);
      }
      console.log(
        [
          ...rewards.map(describeSqlDifference),
          `${steps.length} steps of ${episodes.length} episodes: ${percent(share(rewards))} of the rewards and ` +
            `${percent(share(observations))} of the observations are alike`,
        ].join('\n'),
      );
      expect(steps).toHaveLength(episodes.reduce((sum, { actions }) => sum + actions.length, 0));
      expect(share(rewards)).toBeGreaterThanOrEqual(REQUIRED_REWARDS);
      expect(share(observations)).toBeGreaterThanOrEqual(REQUIRED_OBSERVATIONS);
    },
    60 * MINUTES,
  );
});
