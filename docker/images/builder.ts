import type { ImageRef } from '../sandbox.ts';
import { withBuildLog } from './build-log.ts';
import type { AnyDefinition } from './definitions.ts';
import { makeRecipes, type Recipe } from './recipe.ts';

/** Called with each line of a build's progress. */
export type OnLine = (line: string) => void;

export interface BuiltImage extends ImageRef {
  /** Hash of what it was made from. */
  readonly recipe: string;
  readonly createdAt: Date;
  readonly bytes: number;
}

/** Makes images for one engine. */
export interface ImageBuilder {
  /** Whether the image exists and was made from the same inputs. */
  isCurrent(recipe: Recipe): Promise<boolean>;
  /**
   * Build the image, and missing parents before it. Images that are up to date are reused.
   * @param signal aborts the build, which then removes what is half-made and fails with the signal's reason
   * @throws {SandboxError} `start_failed` with the last output of the builder
   */
  build(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<ImageRef>;
  list(): Promise<BuiltImage[]>;
  /**
   * Build or pull what a foreign image starts from, without the runner.
   * @returns its reference in the engine, `engineReference` of the recipe
   * @throws {SandboxError} `start_failed`
   * @default the engine has no such images
   */
  bring?(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<string>;
}

export interface BuildOptions {
  readonly builder: ImageBuilder;
  /** Build also what is up to date. @default false */
  readonly force?: boolean;
  /** Called with the image's name and each line of progress. */
  readonly onProgress?: (name: string, line: string) => void;
  /** Called when a build has ended. `ok`: whether it succeeded. */
  readonly onEnd?: (name: string, ok: boolean) => void;
  /** Folder for the logs of builds that fail. @default none are kept */
  readonly logs?: string;
  /** Aborts the current build. */
  readonly signal?: AbortSignal;
}

export interface EnsureOptions extends BuildOptions {
  /** Images beyond the built-in ones. @default none */
  readonly definitions?: readonly AnyDefinition[];
  /** Names of the images to build. @default all but `base` */
  readonly names?: readonly string[];
}

/**
 * Build the images that are missing or out of date.
 * @returns names of those that were built
 */
export async function ensureImages({ definitions, names, ...options }: EnsureOptions): Promise<string[]> {
  const built: string[] = [];
  for (const recipe of await makeRecipes(definitions)) {
    const wanted = names === undefined ? recipe.name !== 'base' : names.includes(recipe.name);
    if (wanted && (await buildImage(recipe, options))) built.push(recipe.name);
  }
  return built;
}

/** Build one image if it is missing or out of date. @returns whether it was built */
export async function buildImage(
  recipe: Recipe,
  { builder, force = false, onProgress, onEnd, logs, signal }: BuildOptions,
): Promise<boolean> {
  if (!force && (await builder.isCurrent(recipe))) return false;
  signal?.throwIfAborted();
  const onLine = (line: string): void => onProgress?.(recipe.name, line);
  let ok = false;
  try {
    if (logs === undefined) await builder.build(recipe, onLine, signal);
    else {
      const log = { logs, image: recipe.name, onLine, signal };
      await withBuildLog(log, (tell) => builder.build(recipe, tell, signal));
    }
    ok = true;
  } finally {
    onEnd?.(recipe.name, ok);
  }
  return true;
}

/** An image that is built, or that can be. */
export interface ListedImage extends Partial<Omit<BuiltImage, 'name'>> {
  readonly name: string;
  /** `outdated`: made from other inputs than the recipe's; `unknown`: no recipe has this name. */
  readonly state: 'built' | 'outdated' | 'missing' | 'unknown';
}

/** The images that are built, then those that are not. An image that the host's programs stand in for is neither. */
export async function listImages(builder: ImageBuilder, recipes: readonly Recipe[]): Promise<ListedImage[]> {
  const listed: ListedImage[] = [];
  const built = await builder.list();
  for (const image of built) {
    const recipe = recipes.find(({ name }) => name === image.name);
    const current = recipe !== undefined && (await builder.isCurrent(recipe));
    listed.push({ ...image, state: recipe === undefined ? 'unknown' : current ? 'built' : 'outdated' });
  }
  for (const recipe of recipes) {
    if (built.some(({ name }) => name === recipe.name) || (await builder.isCurrent(recipe))) continue;
    listed.push({ name: recipe.name, state: 'missing' });
  }
  return listed;
}
