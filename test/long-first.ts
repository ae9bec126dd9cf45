import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of `test/` that take 30 s or more in a CI run (`.ci/run`), the longest ones early. Those that mostly wait, for containers
 * that are frozen and servers that start again, are spread among the others: where several are beside each other, the processors
 * idle. Those with databases come when the images that `prepared.ts` makes beside the first files are there.
 */
export const LONG: readonly string[] = [
  'clients/python.test.ts',
  'security/grades.test.ts',
  'clients/page/page.test.ts',
  'faults/sql-grades.test.ts',
  'fidelity/mbpp.test.ts',
  'environments/python-tasks.play.test.ts',
  'environments/python/cheats.test.ts',
  'contract/docker-replace.test.ts',
  'faults/python-grades.test.ts',
  'security/races.test.ts',
  'environments/bash-tasks.play.test.ts',
  'environments/terminal/built-in.play.test.ts',
  'environments/import/folders/ctf.play.test.ts',
  'environments/import/folders/repositories.play.test.ts',
  'environments/sql/isolation.test.ts',
  'security/cheat-gallery.test.ts',
  'e2e/plug-in.test.ts',
  'e2e/workers.test.ts',
  'environments/environment-contract.test.ts',
  'fidelity/nl2bash-native.test.ts',
  'fidelity/sql.test.ts',
  'environments/sql/grades.test.ts',
  'faults/taken-back.test.ts',
  'faults/resumed.test.ts',
  'fidelity/nl2bash.test.ts',
  'contract/docker-engine.test.ts',
  'docker/engines/docker/changes.test.ts',
  'security/limits.test.ts',
  'environments/python/judge-limits.test.ts',
  'faults/engine-restart.test.ts',
  'cli/dataset-check.test.ts',
  'environments/python/gallery.test.ts',
  'cli/tasks-check.test.ts',
  'environments/terminal/maintainers.test.ts',
  'server/main.test.ts',
  'cli/embedded.test.ts',
  'faults/server-killed.test.ts',
  'e2e/frozen-sandbox.test.ts',
  'fronts/openenv.test.ts',
  'server/connection/slow-readers.test.ts',
  'faults/container-faults.test.ts',
  'fronts/openreward.test.ts',
  'check/checks.test.ts',
  'package.test.ts',
  'security/reward.test.ts',
  'server/v1/batch-answers.test.ts',
];

/**
 * Starts these files first. Without it, on a machine that has no durations of an earlier run, vitest starts files by size:
 * small files that take minutes would come last, while the other workers have nothing left to do.
 */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return place === -1 ? LONG.length : place;
}
