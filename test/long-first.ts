import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of `test/` that take 30 s or more in a CI run (`.ci/run`), the longest first. */
export const LONG: readonly string[] = [
  'faults/python-grades.test.ts',
  'clients/python.test.ts',
  'environments/sql/isolation.test.ts',
  'environments/environment-contract.test.ts',
  'environments/bash-tasks.play.test.ts',
  'security/grades.test.ts',
  'fidelity/nl2bash.test.ts',
  'environments/python-tasks.play.test.ts',
  'fidelity/sql.test.ts',
  'fidelity/mbpp.test.ts',
  'faults/sql-grades.test.ts',
  'security/cheat-gallery.test.ts',
  'environments/sql/grades.test.ts',
  'fidelity/nl2bash-native.test.ts',
  'e2e/plug-in.test.ts',
  'security/races.test.ts',
  'contract/docker-replace.test.ts',
  'environments/python/judge-limits.test.ts',
  'security/limits.test.ts',
  'environments/python/gallery.test.ts',
  'server/main.test.ts',
  'contract/docker-engine.test.ts',
  'cli/embedded.test.ts',
  'faults/taken-back.test.ts',
  'faults/server-killed.test.ts',
  'faults/engine-restart.test.ts',
  'environments/python/cheats.test.ts',
  'docker/engines/docker/changes.test.ts',
  'server/batch-answers.test.ts',
  'server/slow-readers.test.ts',
  'cli/dataset-check.test.ts',
  'fronts/openreward.test.ts',
  'fronts/openenv.test.ts',
  'package.test.ts',
  'e2e/frozen-sandbox.test.ts',
  'security/reward.test.ts',
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
