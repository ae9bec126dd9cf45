import type { ImageRef } from '../sandbox.ts';
import type { AnyDefinition } from './definitions.ts';
import { makeRecipes, type Recipe } from './recipe.ts';

/** Tells what a build is doing, one line at a time. */
export type OnLine = (line: string) => void;

export interface BuiltImage extends ImageRef {
  /** Hash of what it was made from. */
  readonly recipe: string;
  readonly createdAt: Date;
  readonly bytes: number;
}

/** Makes images for one engine. */
export interface ImageBuilder {
  readonly runtime: 'docker' | 'local';
  /** Whether the image exists and was made from the same inputs. */
  isCurrent(recipe: Recipe): Promise<boolean>;
  /**
   * Make the image, its parents first where they are missing. What exists and is current is reused.
   * @param signal gives the build up: it fails with the signal's reason once nothing half-made is left
   * @throws {SandboxError} `start_failed` with the builder's own last words
   */
  build(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<ImageRef>;
  list(): Promise<BuiltImage[]>;
}

export interface EnsureOptions {
  readonly builder: ImageBuilder;
  /** Images beyond the built-in ones. @default none */
  readonly definitions?: readonly AnyDefinition[];
  /** Names of the images to look after. @default all but `base` */
  readonly names?: readonly string[];
  /** Called with the image's name and what is being done. */
  readonly onProgress?: (name: string, line: string) => void;
  /** Gives up what is being built. */
  readonly signal?: AbortSignal;
}

/**
 * Build the images that are missing or out of date, and nothing else.
 * @returns names of those that were built
 */
export async function ensureImages(options: EnsureOptions): Promise<string[]> {
  const { builder, names, onProgress, signal } = options;
  const built: string[] = [];
  for (const recipe of await makeRecipes(options.definitions)) {
    const wanted = names === undefined ? recipe.name !== 'base' : names.includes(recipe.name);
    if (!wanted || (await builder.isCurrent(recipe))) continue;
    signal?.throwIfAborted();
    await builder.build(recipe, (line) => onProgress?.(recipe.name, line), signal);
    built.push(recipe.name);
  }
  return built;
}
