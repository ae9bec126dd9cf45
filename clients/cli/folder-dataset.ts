import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { datasetPlaces } from './dataset-places.ts';
import type { Terminal } from './terminal.ts';

/** A dataset that a command names: by its name, or by its path. */
export interface NamedDataset {
  readonly name: string;
  /** `undefined`: any that has a dataset of this name. */
  readonly environment: string | undefined;
  /** `null` for a name. */
  readonly path: string | null;
  /** With the path in `STEPWELL_DATASET`, for a server that the command starts, and for what lists its tasks. */
  readonly terminal: Terminal;
}

/**
 * The dataset that an argument means: the path of a folder or a file, which has a slash or is a folder, or a name.
 * @throws {CommandError} there is no such path
 */
export async function namedDataset(
  argument: string,
  environment: string | undefined,
  terminal: Terminal,
): Promise<NamedDataset> {
  if (!isPath(argument)) return { name: argument, environment, path: null, terminal };
  const path = resolve(argument);
  if (!existsSync(path)) throw new CommandError(`${argument}: no such file or folder`);
  const [{ isHarborFolder }, { joinedItems, splitItems }, { added, home }] = await Promise.all([
    import('../../environments/task-folder.ts'),
    import('../../server/config/flags.ts'),
    datasetPlaces(terminal),
  ]);
  const id = environment ?? (isHarborFolder(path) ? 'terminal-v1' : undefined);
  const name = await freeName(basename(path), home, Object.keys(added));
  const item = `${id === undefined ? '' : `${id}:`}${name}=${path}`;
  const items = [...splitItems(terminal.env.STEPWELL_DATASET ?? ''), item];
  const env = { ...terminal.env, STEPWELL_DATASET: joinedItems(items) };
  return { name, environment: id, path, terminal: { ...terminal, env } };
}

/** The flags that name a dataset. */
interface DatasetFlags {
  readonly environment?: string;
  readonly dataset?: string;
  readonly url?: string;
}

/** A `--dataset` that is a path becomes the name of a dataset of this machine. @throws {CommandError} there is no such path */
export async function withFolder<F extends DatasetFlags>(cli: Cli, flags: F): Promise<[Cli, F]> {
  if (flags.dataset === undefined || flags.url !== undefined) return [cli, flags];
  const { name, terminal } = await namedDataset(flags.dataset, flags.environment, cli.terminal);
  return [
    { ...cli, terminal },
    { ...flags, dataset: name },
  ];
}

function isPath(text: string): boolean {
  if (text.includes('/') || text === '.' || text === '..') return true;
  return existsSync(text) && statSync(text).isDirectory();
}

/** A name from that of a file, which no other dataset has. */
async function freeName(file: string, home: string, added: readonly string[]): Promise<string> {
  const { datasetsFolder } = await import('../../environments/dataset-store.ts');
  const stem = file.replace(/\.(jsonl|json|toml)$/, '').replaceAll(/[^A-Za-z0-9._-]/g, '-');
  const base = stem.replace(/^[^A-Za-z0-9]+/, '') || 'dataset';
  const isTaken = (name: string) =>
    name === 'built-in' ||
    existsSync(`${datasetsFolder(home)}/${name}`) ||
    added.some((other) => other === name || other.endsWith(`:${name}`));
  let name = base;
  for (let number = 2; isTaken(name); number += 1) name = `${base}-${number}`;
  return name;
}
