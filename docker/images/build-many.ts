import { messageOf } from '../errors.ts';
import { type BuildOptions, buildImage } from './builder.ts';
import type { Recipe } from './recipe.ts';

export interface BuildManyOptions extends BuildOptions {
  /** Number of builds at a time, from 1. */
  readonly parallel: number;
}

/** What has become of an image. */
export type BuildOutcome =
  | { readonly name: string; readonly outcome: 'built' | 'current' }
  | { readonly name: string; readonly outcome: 'failed'; readonly reason: string };

/**
 * Build images, some at a time. One that fails does not keep the others from being built; one that is up to date is left as it is, so
 * that an interrupted call goes on where it was.
 * @returns outcomes in the order of the recipes
 * @throws the signal's reason
 */
export async function buildMany(
  recipes: readonly Recipe[],
  { parallel, ...options }: BuildManyOptions,
): Promise<BuildOutcome[]> {
  const outcomes = new Map<string, BuildOutcome>();
  const queue = recipes.values();
  const work = async (): Promise<void> => {
    for (const recipe of queue) {
      const { name } = recipe;
      try {
        const isBuilt = await buildImage(recipe, options);
        outcomes.set(name, { name, outcome: isBuilt ? 'built' : 'current' });
      } catch (error) {
        options.signal?.throwIfAborted();
        outcomes.set(name, { name, outcome: 'failed', reason: messageOf(error) });
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return recipes.flatMap(({ name }) => outcomes.get(name) ?? []);
}
