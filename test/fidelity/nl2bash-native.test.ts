import { expect, it } from 'vitest';
import { TaskUngradableError } from '../../clients/typescript/errors.ts';
import type { UngradableKind } from '../../protocol/environment.ts';
import { dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { intercodeFolder, missingData } from './reference-data.ts';
import { inParallel } from './replay.ts';
import { MINUTES, servedIntercode } from './served-intercode.ts';

const missing = missingData ?? (await dockerMissing());

/** Episodes at the same time. */
const WIDTH = 6;
/** Tasks of each set, and how many of them at least can be graded: a few depend on the time and the age of the image. */
const SETS = [
  ['nl2bash-fs1', 60, 56],
  ['nl2bash-fs2', 53, 40],
  ['nl2bash-fs3', 60, 52],
  ['nl2bash-fs4', 27, 23],
] as const;

type Found = number | UngradableKind | 'no reward';

describeUnless(missing, 'NL2Bash by native semantics', () => {
  const served = servedIntercode(`${intercodeFolder}/nl2bash`, { queue_timeout_ms: 2 * MINUTES });

  it(
    'gives nothing for nothing in every task that can be graded, and names the others',
    async () => {
      const { client } = served();
      const rows: string[] = [];
      for (const [dataset, tasks, gradable] of SETS) {
        const found = await inParallel(
          Array.from({ length: tasks }, (_, task) => task),
          WIDTH,
          async (task): Promise<Found> => {
            try {
              await using episode = await client.reset({ environment: 'bash-v1', dataset, task });
              const { reward, failure } = await episode.submit();
              expect(failure).toBeNull();
              return reward ?? 'no reward';
            } catch (error) {
              if (!(error instanceof TaskUngradableError)) throw error;
              return error.details.kind as UngradableKind;
            }
          },
        );
        const graded = found.filter((one) => typeof one === 'number');
        const others = found.filter((one) => typeof one !== 'number');
        const counts = [...new Set(others)].map(
          (kind) => `${kind} ${others.filter((one) => one === kind).length}`,
        );
        rows.push(`${dataset}: ${graded.length} of ${tasks} gradable; ${counts.join(', ')}`);
        expect(graded.filter((reward) => reward !== 0)).toEqual([]);
        expect(graded.length).toBeGreaterThanOrEqual(gradable);
      }
      console.log(rows.join('\n'));
    },
    15 * MINUTES,
  );
});
