import { fileURLToPath } from 'node:url';
import { importSweBench } from '../../../../environments/import/folders/swe-bench.ts';
import { describeImported } from './played-import.ts';

const PLACE = fileURLToPath(
  new URL('../../../../environments/terminal/datasets/repositories/', import.meta.url),
);
const IDS = [
  ...['spans-normalize', 'spans-complement', 'tabular-quotes'],
  ...['tabular-short-rows', 'minutes-steps', 'minutes-days'],
];

await describeImported('the repository tasks', IDS, (home) =>
  importSweBench(`${PLACE}tasks.jsonl`, { home, name: 'repositories', repositories: PLACE }),
);
