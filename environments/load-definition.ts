import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { register } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EnvironmentDefinition } from './definition.ts';
import { definitionFault } from './definition-fault.ts';
import { DEFINITIONS } from './registry.ts';

/** Files that may hold the definition in an environment's folder, the first that is there counts. */
export const DEFINITION_FILES = ['environment.ts', 'environment.js', 'environment.mjs'] as const;

/** An environment that cannot be loaded: the message has the file and the reason. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly file: string;

  constructor(file: string, reason: string, options: ErrorOptions = {}) {
    super(`${file}: ${reason}`, options);
    this.file = file;
  }
}

/** The public module, as the server itself has it: what a plug-in imports must be the same classes. */
const PUBLIC_MODULE = new URL('./public.ts', import.meta.url).href;

/** Makes `stepwell/environment` mean the public module for whoever imports it, wherever it lies. */
const RESOLVER = `data:text/javascript,${encodeURIComponent(
  `export function resolve(specifier, context, next) {
     return next(specifier === 'stepwell/environment' ? ${JSON.stringify(PUBLIC_MODULE)} : specifier, context);
   }`,
)}`;

let isResolving = false;

/** Once for the process: Node's loaders are the process's own. */
function resolvePublicModule(): void {
  if (!isResolving) register(RESOLVER);
  isResolving = true;
}

async function definitionFile(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw new DefinitionError(path, 'there is no such file or folder', { cause: error });
  });
  if (!found.isDirectory()) return path;
  const file = DEFINITION_FILES.map((name) => join(path, name)).find((name) => existsSync(name));
  if (file !== undefined) return file;
  throw new DefinitionError(path, `the folder has none of ${DEFINITION_FILES.join(', ')}`);
}

/**
 * The definition that a file exports by default, or that of a folder's `environment.ts`, `.js` or `.mjs`.
 * @throws {DefinitionError} with the file and the reason
 */
export async function loadDefinition(path: string): Promise<EnvironmentDefinition> {
  const file = await definitionFile(resolve(path));
  resolvePublicModule();
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DefinitionError(file, `it cannot be imported: ${reason}`, { cause: error });
  }
  const definition = module.default;
  const fault = definitionFault(definition);
  if (fault !== null) throw new DefinitionError(file, fault);
  return definition as EnvironmentDefinition;
}

/**
 * The built-in definitions and those of some folders.
 * @throws {DefinitionError} also for an id, or the name of an image, that another environment has
 */
export async function loadDefinitions(paths: readonly string[]): Promise<EnvironmentDefinition[]> {
  const definitions = [...DEFINITIONS];
  for (const path of paths) {
    const definition = await loadDefinition(path);
    if (definitions.some(({ id }) => id === definition.id)) {
      throw new DefinitionError(resolve(path), `another environment has the id ${definition.id} already`);
    }
    definitions.push(definition);
  }
  return definitions;
}
