import { join } from 'node:path';
import type { Command } from 'commander';
import { openBuilder } from '../../docker/engines/choice.ts';
import type { Runtime } from '../../docker/engines/table.ts';
import { type ListedImage, listImages } from '../../docker/images/builder.ts';
import { builtInImages, withBases } from '../../docker/images/definitions.ts';
import { readDefinitions } from '../../docker/images/definitions-file.ts';
import { makeRecipes, type Recipe } from '../../docker/images/recipe.ts';
import { ImageStore, storeFolder } from '../../docker/images/store/store.ts';
import { StoringBuilder } from '../../docker/images/storing-builder.ts';
import { stateFolder } from '../../server/config/state-folder.ts';
import { buildShown, buildSummary } from './building-many.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { integer, runtimeFlag } from './flags.ts';
import { basesOf, namedImages } from './image-names.ts';
import { untilSignal } from './interruption.ts';
import { localEnvironments } from './local-tasks.ts';
import { DIGEST_WIDTH, declareStoreCommands, listStoredImages, storedRows } from './stored-images.ts';
import { columns, EXIT, print, type Terminal } from './terminal.ts';

interface BuildFlags {
  readonly runtime?: Runtime;
  readonly definitions?: string;
  readonly force?: boolean;
  readonly parallel: number;
  readonly base?: readonly string[];
}

/** Default number of images to build at a time. */
const PARALLEL = 2;

interface ListFlags {
  readonly runtime?: Runtime;
  readonly json?: boolean;
  readonly store?: boolean;
}

/** `stepwell images`: build and list the images of sandboxes, and fill the image store. */
export function declareCommand(command: Command, cli: Cli): void {
  const { terminal } = cli;
  command
    .command('build')
    .description('build the images that are missing or out of date')
    .argument(
      '[names...]',
      `images, or datasets (by name or folder) for all of their images; default: all, which are ${names(builtInImages)} and those of datasets`,
    )
    .addOption(runtimeFlag('engine to build for'))
    .option('--parallel <number>', 'number of images to build at a time', integer(1, 64), PARALLEL)
    .option(
      '--base <name=reference...>',
      'images that stand in for base images, as of `serve` (also $STEPWELL_BASE)',
    )
    .option(
      '--definitions <file>',
      'JSON list of more images: {name, from, session?, tree?, files?, script?, gitAtRoot?, prepare?}',
    )
    .option('--force', 'also build images that are up to date')
    .action((wanted: string[], flags: BuildFlags) => build(wanted, flags, cli));
  command
    .command('list')
    .description('list the images of the engine, and whether they are built, then those of the image store')
    .addOption(runtimeFlag('engine to look at'))
    .option('--store', 'only those of the image store; asks no engine')
    .option('--json', 'print JSON')
    .action((flags: ListFlags) => list(flags, terminal));
  declareStoreCommands(command, cli);
}

/** Progress and a summary go to standard error, the digests of what is there to standard output. */
async function build(wanted: readonly string[], flags: BuildFlags, cli: Cli): Promise<void> {
  const { names: asked, terminal } = await namedImages(wanted, cli.terminal);
  const { recipes } = await knownImages(terminal, flags);
  const unknown = asked.find((name) => !recipes.some((recipe) => recipe.name === name));
  if (unknown !== undefined) {
    throw new CommandError(`there is no image or dataset "${unknown}"; known are ${names(recipes)}`);
  }
  const chosen = recipes.filter(({ name }) => wanted.length === 0 || asked.includes(name));
  const home = stateFolder(terminal.env);
  await using store = await ImageStore.open(join(home, storeFolder));
  const builder = new StoringBuilder(await openBuilder(flags.runtime ?? 'auto', home), store);
  const options = { builder, force: flags.force ?? false, logs: `${home}/build-logs` };
  const outcomes = await untilSignal((signal) =>
    buildShown(chosen, { ...options, signal, parallel: flags.parallel }, terminal),
  );
  const there = [...(await builder.list()), ...(await store.list())];
  for (const { name, digest } of there) {
    if (chosen.some((recipe) => recipe.name === name)) print(terminal, `${name} ${digest}`);
  }
  for (const line of buildSummary(outcomes)) terminal.errors.write(`${line}\n`);
  cli.exit(outcomes.some(({ outcome }) => outcome === 'failed') ? EXIT.bad : EXIT.ok);
}

async function list(flags: ListFlags, terminal: Terminal): Promise<void> {
  const listed = flags.store ? [] : await listOfEngine(flags, terminal);
  const stored = await listStoredImages(terminal);
  if (flags.json) {
    const inStore = stored.map((image) => ({ ...image, state: 'stored' }));
    return print(terminal, JSON.stringify([...listed, ...inStore], null, 2));
  }
  const rows = listed.map(({ name, state, digest = '', createdAt, bytes = 0 }) =>
    state === 'missing'
      ? [name, `not built; its first episode or \`stepwell images build ${name}\` builds it`]
      : [
          name,
          digest.slice(0, DIGEST_WIDTH),
          `${Math.round(bytes / 1e6)} MB`.padStart(7),
          createdAt?.toISOString().slice(0, 16) ?? '',
          state === 'outdated' ? 'out of date' : '',
        ],
  );
  const all = [...rows, ...storedRows(stored)];
  if (all.length > 0) print(terminal, columns(all, ''));
}

async function listOfEngine({ runtime }: ListFlags, terminal: Terminal): Promise<readonly ListedImage[]> {
  const { recipes } = await knownImages(terminal);
  const home = stateFolder(terminal.env);
  await using store = await ImageStore.open(join(home, storeFolder));
  const builder = new StoringBuilder(await openBuilder(runtime ?? 'auto', home), store);
  return await listImages(builder, recipes);
}

interface KnownImages {
  /** Recipes of all images, parents first. */
  readonly recipes: readonly Recipe[];
}

/**
 * The built-in images, those of the environments and datasets of this machine, and those of a file.
 * @throws {DatasetError} a record is malformed
 * @throws {CommandError} the file, or an image that it or a dataset defines, is malformed
 */
async function knownImages(
  terminal: Terminal,
  { definitions: file, base = [] }: Pick<BuildFlags, 'definitions' | 'base'> = {},
): Promise<KnownImages> {
  const environments = await localEnvironments(terminal);
  const known = [...environments.values()].flatMap(({ images }) => images);
  try {
    const definitions = file === undefined ? known : [...known, ...(await readDefinitions(file))];
    const bases = await basesOf(base, terminal);
    return { recipes: await makeRecipes(withBases(definitions, bases)) };
  } catch (cause) {
    throw new CommandError(cause instanceof Error ? cause.message : String(cause), undefined, { cause });
  }
}

function names(images: readonly { readonly name: string }[]): string {
  return images.map(({ name }) => name).join(', ');
}
