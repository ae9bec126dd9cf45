import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SandboxError } from '../errors.ts';
import type { ImageDefinition, Session } from '../image-definition.ts';
import { namespace } from '../labels.ts';
import { gitAtRootScript } from './build-scripts.ts';
import {
  type AnyDefinition,
  builtInImages,
  dockerfileFolder,
  foreignReference,
  isForeign,
  isPackageImage,
  suite,
} from './definitions.ts';
import { contextHash } from './dockerfile-context.ts';
import { hashRunnerFiles, type RunnerFile, readRunnerFiles } from './runner-files.ts';

/** Version of the builders; increase it when they make something else of the same inputs. */
const builderVersion = '2';

/** A definition with everything that decides its content. */
export interface Recipe {
  readonly name: string;
  readonly definition: AnyDefinition;
  readonly parent: Recipe | null;
  /** What the sandboxes' session runs. */
  readonly session: Session;
  /** Hash of everything below the runner: packages, trees, parents. 12 hex digits. */
  readonly rootHash: string;
  /** Hash of everything, the runner included. 12 hex digits. */
  readonly hash: string;
  readonly runnerFiles: readonly RunnerFile[];
  /** Hash of the runner's files. */
  readonly runnerHash: string;
}

/**
 * Recipes of all built-in and the given images, parents before children.
 * @throws {SandboxError} `image_missing` for an unknown parent, a circle or a tree that cannot be read
 */
export async function makeRecipes(definitions: readonly AnyDefinition[] = []): Promise<Recipe[]> {
  const runnerFiles = await readRunnerFiles();
  const runnerHash = hashRunnerFiles(runnerFiles);
  const byName = new Map<string, AnyDefinition>();
  for (const definition of [...builtInImages, ...definitions]) byName.set(definition.name, definition);
  const recipes = new Map<string, Recipe>();

  async function recipeOf(name: string, children: readonly string[]): Promise<Recipe> {
    const known = recipes.get(name);
    if (known !== undefined) return known;
    const definition = byName.get(name);
    if (definition === undefined || children.includes(name)) {
      const problem = definition === undefined ? 'is not defined' : 'is built from itself';
      throw new SandboxError(
        'image_missing',
        `Image "${name}" (needed by ${children.join(', ')}) ${problem}.`,
      );
    }
    const extra = isPackageImage(definition) ? undefined : storedFault(definition);
    if (extra !== undefined) throw new SandboxError('image_missing', `Image "${name}": ${extra}.`);
    const root = definition.from === null || isForeign(definition);
    const parent = root ? null : await recipeOf(definition.from, [...children, name]);
    const rootHash = await hashRoot(definition, parent);
    const session = definition.session ?? parent?.session ?? 'bash';
    const hash = shortHash([rootHash, runnerHash, session]);
    const recipe: Recipe = { name, definition, parent, session, rootHash, hash, runnerFiles, runnerHash };
    recipes.set(name, recipe);
    return recipe;
  }

  for (const name of byName.keys()) await recipeOf(name, []);
  return [...recipes.values()];
}

/** Fields that only an image of the engine can have. */
const ADDED = ['tree', 'files', 'script', 'gitAtRoot', 'prepare', 'session', 'settingsFile'] as const;

function storedFault(definition: ImageDefinition): string | undefined {
  if (definition.stored !== true) return undefined;
  if (!isForeign(definition)) return 'only images from `docker:` or `dockerfile:` can be `stored`';
  const added = ADDED.find((field) => definition[field] !== undefined);
  return added && `an image that is \`stored\` stays as it is, without \`${added}\``;
}

async function hashRoot(definition: AnyDefinition, parent: Recipe | null): Promise<string> {
  const below = parent?.rootHash ?? foreignReference(definition) ?? suite;
  const parts = [builderVersion, definition.name, below];
  if (isPackageImage(definition)) return shortHash([...parts, ...definition.packages]);
  const { bases, files = {}, script = '', settingsFile } = definition;
  const tree = definition.tree === undefined ? 'no tree' : await hashFile(definition.tree);
  const git = definition.gitAtRoot === true ? gitAtRootScript : 'no git';
  const folder = dockerfileFolder(definition);
  const foreign = [
    ...(folder === null ? [] : [await contextHash(folder)]),
    ...(bases === undefined ? [] : [JSON.stringify(bases)]),
    ...(settingsFile === undefined ? [] : [settingsFile]),
  ];
  return shortHash([...parts, tree, git, JSON.stringify(files), script, ...foreign]);
}

/** The reference that an engine has for what a foreign image starts from: a Dockerfile is built under a tag of ours. */
export function engineReference({ name, rootHash, definition }: Recipe): string {
  const reference = foreignReference(definition);
  if (reference === null) return `${namespace}/${name}:dockerfile-${rootHash}`;
  const bases = isPackageImage(definition) ? {} : (definition.bases ?? {});
  return bases[reference] ?? reference;
}

function shortHash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw new SandboxError('image_missing', `The file tree ${path} cannot be read.`, { cause: error });
  }
  return hash.digest('hex');
}

/** All packages of an image and its parents, or `null` for an image that is not made of packages alone. */
export function allPackages(recipe: Recipe): string[] | null {
  if (!isPackageImage(recipe.definition)) return null;
  const below = recipe.parent === null ? [] : allPackages(recipe.parent);
  return below && [...below, ...recipe.definition.packages];
}
