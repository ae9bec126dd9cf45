import type { Percentiles } from './figures.ts';
import { ms, type Row } from './lanes.ts';
import { BASH_1_MB, BASH_10_STEPS, PYTHON_10_STEPS, paused, play, SQL_10_STEPS } from './played-steps.ts';
import type { BenchOptions, Report, TrainerCase } from './report.ts';
import { startWarmServer } from './warm-server.ts';

const SANDBOXES = 4;

/** Round trips of `episode/undo` of the last step; the step that is made again is not counted. */
export const UNDO: TrainerCase = {
  name: 'undo',
  async measure({ runtime }: BenchOptions): Promise<Report<unknown>> {
    const figures: Record<string, Percentiles> = {};
    const rows: Row[] = [];
    let failures = 0;
    let ready = '';
    for (const played of [BASH_1_MB, BASH_10_STEPS, PYTHON_10_STEPS, SQL_10_STEPS]) {
      const { label, environment, steps } = played;
      const flags = [`--runtime=${runtime}`, `--pool=${environment}=${SANDBOXES}`, '--pool-max=16'];
      await using server = await startWarmServer(flags, SANDBOXES);
      ready = server.ready;
      const episode = await play(server.client, played);
      const times = await paused(
        () => episode.undo(),
        async ({ exact }) => {
          if (!exact) failures += 1;
          await episode.step({ code: steps.at(-1) ?? '' });
        },
      );
      figures[label] = times;
      rows.push([label, 'ms', ms(times)]);
    }
    return { server: ready, figures, rows: [...rows, ['not exact', '', String(failures)]], failures };
  },
};
