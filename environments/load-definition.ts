import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { register } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DefinedImages } from './defined-images.ts';
import type { EnvironmentDefinition } from './definition.ts';
import { definitionFault } from './definition-fault.ts';
import { DEFINITIONS } from './registry.ts';

/** Files that may have the definition in an environment's folder; the first existing one is used. */
const DEFINITION_FILES = ['environment.ts', 'environment.js', 'environment.mjs'] as const;

/** An environment that cannot be loaded: the message has the file and the reason. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly file: string;

  constructor(file: string, reason: string, options: ErrorOptions = {}) {
    super(`${file}: ${reason}`, options);
    this.file = file;
  }
}

/** The server's own copy of the public module: a plug-in must import the same classes. */
const PUBLIC_MODULE = new URL(`./public${extname(import.meta.url)}`, import.meta.url).href;

/**
 * A hook of Node's module loader. It resolves `stepwell/environment` to the public module for every importer, and treats
 * the files of a plug-in as ES modules if the plug-in has no `package.json`.
 */
function resolver(folder: string): string {
  const below = existsSync(join(folder, 'package.json')) ? null : `${pathToFileURL(folder).href}/`;
  return `export async function resolve(specifier, context, next) {
    const wanted = specifier === 'stepwell/environment' ? ${JSON.stringify(PUBLIC_MODULE)} : specifier;
    const found = await next(wanted, context);
    const below = ${JSON.stringify(below)};
    const own = below !== null && found.url.startsWith(below) && !found.url.includes('/node_modules/');
    return own && found.format?.startsWith('commonjs') ? { ...found, format: 'module' } : found;
  }`;
}

/** Folders that have a hook already. Node's loader belongs to the process, so this does too. */
const resolved = new Set<string>();

function hookInto(folder: string): void {
  register(`data:text/javascript,${encodeURIComponent(resolver(folder))}`);
  resolved.add(folder);
}

async function definitionFile(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw new DefinitionError(path, 'no such file or folder', { cause: error });
  });
  if (!found.isDirectory()) return path;
  const file = DEFINITION_FILES.map((name) => join(path, name)).find((name) => existsSync(name));
  if (file !== undefined) return file;
  throw new DefinitionError(path, `the folder has none of ${DEFINITION_FILES.join(', ')}`);
}

/** Import a file. TypeScript needs no build: a process without a loader for it gets one. */
async function imported(file: string): Promise<{ readonly default?: unknown }> {
  const { href } = pathToFileURL(file);
  try {
    return await import(href);
  } catch (error) {
    // A module may throw anything, `null` too.
    const { code } = (error ?? {}) as NodeJS.ErrnoException;
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    const tsx = await import('tsx/esm/api');
    tsx.register();
    // Node calls the latest hook first.
    hookInto(dirname(file));
    return await import(`${href}?typescript`);
  }
}

/** A definition with the folder of its file. */
export interface LoadedDefinition {
  readonly definition: EnvironmentDefinition;
  readonly folder: string;
}

/**
 * The default export of a file, or of a folder's `environment.ts`, `.js` or `.mjs`.
 * @throws {DefinitionError} with the file and the reason
 */
export async function loadDefinition(path: string): Promise<LoadedDefinition> {
  const file = await definitionFile(resolve(path));
  if (!resolved.has(dirname(file))) hookInto(dirname(file));
  let module: { readonly default?: unknown };
  try {
    module = await imported(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : `it throws ${String(error)}`;
    throw new DefinitionError(file, `it cannot be imported: ${reason}`, { cause: error });
  }
  const definition = module.default;
  const fault = definitionFault(definition);
  if (fault !== null) throw new DefinitionError(file, fault);
  return { definition: definition as EnvironmentDefinition, folder: dirname(file) };
}

/**
 * The built-in definitions, then those of these folders in their order.
 * @param builtInImages names of the images that need no definition
 * @throws {DefinitionError} also for an id, or the name of an image, that another environment has, and for an image that
 * nobody defines
 */
export async function loadDefinitions(
  paths: readonly string[],
  builtInImages: readonly string[],
): Promise<LoadedDefinition[]> {
  // A built-in README is in the folder of its definition, in a clone and in a package.
  const loaded = DEFINITIONS.map((definition) => ({
    definition,
    folder: fileURLToPath(new URL('.', definition.readme)),
  }));
  const images = new DefinedImages(builtInImages);
  const owners = new Map<string, string>();
  for (const { definition } of loaded) {
    images.add(definition, definition.id);
    owners.set(definition.id, 'Stepwell');
  }
  const own: { readonly file: string; readonly one: LoadedDefinition }[] = [];
  for (const path of paths) {
    const one = await loadDefinition(path);
    const { id } = one.definition;
    const file = resolve(path);
    const owner = owners.get(id);
    if (owner !== undefined) {
      throw new DefinitionError(file, `another environment already has the id ${id}: that of ${owner}`);
    }
    const taken = images.add(one.definition, file);
    if (taken !== null) throw new DefinitionError(file, taken);
    owners.set(id, file);
    own.push({ file, one });
  }
  for (const { file, one } of own) {
    const unknown = images.unknownIn(one.definition);
    if (unknown !== null) throw new DefinitionError(file, unknown);
  }
  return [...loaded, ...own.map(({ one }) => one)];
}
