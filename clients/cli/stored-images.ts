import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ImageStoreError } from '../../docker/images/store/errors.ts';
import { parseSource } from '../../docker/images/store/source.ts';
import { ImageStore, storeFolder } from '../../docker/images/store/store.ts';
import type { AddedImage, ListedStoredImage } from '../../docker/images/store/stored.ts';
import { stateFolder } from '../../server/config/state-folder.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { integer } from './flags.ts';
import { untilSignal } from './interruption.ts';
import { withProgress } from './progress.ts';
import { EXIT, print, type Terminal } from './terminal.ts';

interface AddFlags {
  readonly from: string;
  readonly maxBytes?: number;
}

interface PruneFlags {
  readonly maxBytes?: number;
}

/** Characters of a digest that are shown. */
export const DIGEST_WIDTH = 19;
const SOURCES = 'docker:<reference>, oci:<folder or archive>, root:<folder or tar>';

/** Errors that the user can correct; others may not come again. */
const WRONG_INPUT = new Set(['refused', 'not_found']);

/** What layers lose where a root, or an ordinary user, cannot have it. */
const LEFT_OUT = {
  devices: (count: number) => `${count} devices below /dev: every sandbox has its own`,
  owners: (count: number) => `the owners of ${count} files: only root can give files away`,
  capabilities: (count: number) => `the capabilities of ${count} files: only root can set them`,
  attributes: (count: number) => `${count} extended attributes`,
} as const;

/** `stepwell images add`, `remove` and `prune`: the image store. */
export function declareStoreCommands(command: Command, cli: Cli): void {
  const { terminal } = cli;
  command
    .command('add')
    .description('add an image to the image store, or replace it there')
    .argument('<name>', 'lower-case letters, digits, and . _ - between them')
    .requiredOption('--from <source>', SOURCES)
    .option('--max-bytes <bytes>', 'evict unused images until all layers fit (default: no limit)', integer(1))
    .action((name: string, flags: AddFlags) => add(name, flags, terminal));
  command
    .command('remove')
    .description('remove an image from the image store')
    .argument('<name>')
    .action((name: string) => remove(name, terminal));
  command
    .command('prune')
    .description('remove what interrupted commands left in the image store, and images that do not fit')
    .option('--max-bytes <bytes>', 'evict unused images until all layers fit (default: no limit)', integer(0))
    .action((flags: PruneFlags) => prune(flags, cli));
}

/** The images of the store; none if there is no store yet. */
export async function listStoredImages(terminal: Terminal): Promise<readonly ListedStoredImage[]> {
  return existsSync(folderOf(terminal)) ? withStore(terminal, (store) => store.list()) : [];
}

/** A row of a table for each image. */
export function storedRows(images: readonly ListedStoredImage[]): string[][] {
  return images.map(({ name, digest, bytes, layers, sharedLayers, usedAt, inUse }) => [
    name,
    digest.slice(0, DIGEST_WIDTH),
    megabytes(bytes).padStart(7),
    usedAt.toISOString().slice(0, 16),
    `in the store: ${layersText(layers, sharedLayers)}${inUse ? ', in use' : ''}`,
  ]);
}

async function add(name: string, { from, maxBytes }: AddFlags, terminal: Terminal): Promise<void> {
  const source = parseSource(from);
  if (source === null) throw new CommandError(`--from: "${from}" is no source; give ${SOURCES}`);
  const added = await withStore(
    terminal,
    (store) =>
      untilSignal((signal) =>
        withProgress('add', terminal.errors, (onProgress) => store.add(name, source, { signal, onProgress })),
      ),
    maxBytes,
  );
  for (const [what, count] of Object.entries(added.leftOut)) {
    terminal.errors.write(`left out ${LEFT_OUT[what as keyof AddedImage['leftOut']](count)}\n`);
  }
  for (const evicted of added.evicted) terminal.errors.write(`evicted ${evicted}\n`);
  const { digest, bytes, layers, sharedLayers } = added;
  print(terminal, `${name} ${digest} ${megabytes(bytes)}, ${layersText(layers.length, sharedLayers)}`);
}

async function remove(name: string, terminal: Terminal): Promise<void> {
  await withStore(terminal, (store) => store.remove(name));
  print(terminal, `removed ${name}`);
}

async function prune({ maxBytes }: PruneFlags, { terminal, exit }: Cli): Promise<void> {
  const { removed, before, after } = await withStore(terminal, (store) => store.prune(maxBytes));
  for (const name of removed) print(terminal, `removed ${name}`);
  print(terminal, `freed ${megabytes(before - after)}; ${megabytes(after)} are left`);
  if (maxBytes === undefined || after <= maxBytes) return;
  terminal.errors.write(`stepwell: ${after} bytes are left, more than --max-bytes: the rest is in use\n`);
  exit(EXIT.bad);
}

async function withStore<T>(
  terminal: Terminal,
  work: (store: ImageStore) => Promise<T>,
  maxBytes?: number,
): Promise<T> {
  try {
    await using store = await ImageStore.open(folderOf(terminal), maxBytes === undefined ? {} : { maxBytes });
    return await work(store);
  } catch (error) {
    if (!(error instanceof ImageStoreError)) throw error;
    const code = WRONG_INPUT.has(error.code) ? EXIT.usage : EXIT.bad;
    throw new CommandError(error.message, code, { cause: error });
  }
}

function folderOf({ env }: Terminal): string {
  return join(stateFolder(env), storeFolder);
}

function layersText(layers: number, shared: number): string {
  return `${layers} ${layers === 1 ? 'layer' : 'layers'}, ${shared} shared`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
