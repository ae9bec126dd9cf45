import { type BuildManyOptions, type BuildOutcome, buildMany } from '../../docker/images/build-many.ts';
import type { Recipe } from '../../docker/images/recipe.ts';
import { showBuilds } from './building.ts';
import { isTerminal, withProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Build images and show the progress: that of one image, or a bar over all of them; without a terminal a line for each step. */
export function buildShown(
  recipes: readonly Recipe[],
  options: Omit<BuildManyOptions, 'onProgress' | 'onEnd'>,
  terminal: Terminal,
): Promise<BuildOutcome[]> {
  if (recipes.length === 1 || !isTerminal(terminal.errors)) {
    const { onBuild, onBuilt } = showBuilds(terminal, recipes.length === 1);
    return buildMany(recipes, { ...options, onProgress: onBuild, onEnd: onBuilt });
  }
  return withProgress('build', terminal.errors, (onProgress) => {
    let done = 0;
    const show = (name: string, line: string): void =>
      onProgress(`${name}: ${line.trim()}`, done / recipes.length);
    const onEnd = (name: string): void => {
      done += 1;
      show(name, 'done');
    };
    return buildMany(recipes, { ...options, onProgress: show, onEnd });
  });
}

/** What has become of the images, as lines for a person: each that was up to date or has failed, and for several a count. */
export function buildSummary(outcomes: readonly BuildOutcome[]): string[] {
  const of = (wanted: BuildOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted);
  const failed = outcomes.flatMap((one) => (one.outcome === 'failed' ? [`${one.name}: ${one.reason}`] : []));
  const [built, current] = [of('built'), of('current')];
  const counts = `${built.length} built, ${current.length} up to date, ${failed.length} failed`;
  return [
    ...current.map(({ name }) => `${name}: up to date`),
    ...failed,
    ...(outcomes.length > 1 ? [counts] : []),
  ];
}
