import { percentiles } from './figures.ts';
import { ms } from './lanes.ts';
import type { BenchOptions, Report, TrainerCase } from './report.ts';
import { startWarmServer } from './warm-server.ts';

const RESETS = 100;
const SANDBOXES = 8;
/** Longer than all of them take. */
const QUEUE_TIMEOUT_MS = 600_000;

/** More resets at a time than sandboxes: each waits, makes a step, and closes its episode. */
export const QUEUE: TrainerCase = {
  name: 'queue',
  async measure({ runtime }: BenchOptions): Promise<Report<unknown>> {
    const flags = [`--runtime=${runtime}`, `--pool=bash-v1=${SANDBOXES}`, `--pool-max=${SANDBOXES}`];
    await using server = await startWarmServer(flags, SANDBOXES);
    const waits: number[] = [];
    let failures = 0;
    let reports = 0;
    const begun = performance.now();
    const play = async (seed: number): Promise<void> => {
      try {
        const options = { queueTimeoutMs: QUEUE_TIMEOUT_MS, onQueued: () => (reports += 1) };
        const episode = await server.client.reset({ environment: 'bash-v1', seed }, options);
        waits.push(Number(episode.info.queue_ms));
        const { failure } = await episode.step('sleep 0.1');
        if (failure !== null) failures += 1;
        await episode.close();
      } catch {
        failures += 1;
      }
    };
    await Promise.all(Array.from({ length: RESETS }, (_, seed) => play(seed)));
    const seconds = (performance.now() - begun) / 1000;
    const figures = {
      resets: RESETS,
      sandboxes: SANDBOXES,
      failures,
      seconds,
      wait_ms: percentiles(waits),
      reports,
    };
    return {
      server: server.ready,
      figures,
      rows: [
        [`${RESETS} resets over ${SANDBOXES} sandboxes`, 's', seconds.toFixed(2)],
        ['wait for a sandbox', 'ms', ms(figures.wait_ms)],
        ['places reported', '', String(reports)],
        ['failed', '', String(failures)],
      ],
      failures,
    };
  },
};
