import { homedir } from 'node:os';
import { join } from 'node:path';
import { WriteStream } from 'node:tty';
import { pathToFileURL } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { openBuilder } from '../engines/choice.ts';
import { type Runtime, runtimes } from '../engines/table.ts';
import { SandboxError } from '../errors.ts';
import type { ImageDefinition, ImageRef } from '../sandbox.ts';
import { withBuildLog } from './build-log.ts';
import type { BuiltImage, ImageBuilder, OnLine } from './builder.ts';
import { builtInImages } from './definitions.ts';
import { readDefinitions } from './definitions-file.ts';
import { makeRecipes, type Recipe } from './recipe.ts';

export interface ImagesTerminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Images beyond the built-in ones that this machine knows, e.g. those of imported datasets. @default none */
  readonly definitions?: () => Promise<readonly ImageDefinition[]>;
}

const ENDING = ['SIGINT', 'SIGTERM'] as const;

interface BuildFlags {
  readonly runtime: Runtime;
  readonly definitions?: string;
  readonly force?: boolean;
}

/**
 * The program behind `stepwell images`: `build [names…]` and `list`. Progress goes to standard error, results to
 * standard output.
 * @returns the exit status: 1 when a build failed, 2 for a wrong flag or name
 */
export async function runImages(argv: readonly string[], terminal: ImagesTerminal): Promise<number> {
  const program = new Command('stepwell images')
    .description('Build and list the images that sandboxes are made of.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  const runtime = () =>
    new Option('--runtime <name>', 'engine to build for').choices(runtimes).default('auto');
  program
    .command('build')
    .description('build what is missing or made from other inputs than today’s')
    .argument(
      '[names...]',
      `images; without names all of them: the built-in ones (${names(builtInImages)}) and those of imported datasets`,
    )
    .addOption(runtime())
    .option(
      '--definitions <file>',
      'JSON list of more images: {name, from, session?, tree?, files?, script?, gitAtRoot?, prepare?}',
    )
    .option('--force', 'build anew even what is up to date', false)
    .action((wanted: string[], flags: BuildFlags) => build(wanted, flags, terminal));
  program
    .command('list')
    .description('show the images that there are, and which of them are built')
    .addOption(runtime())
    .option('--json', 'print JSON')
    .action((flags: { readonly runtime: Runtime; readonly json?: boolean }) => list(flags, terminal));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.stderr.write(`stepwell: ${error instanceof Error ? error.message : String(error)}\n`);
    const unknown = error instanceof SandboxError && error.code === 'image_missing';
    return unknown || error instanceof DefinitionsError ? 2 : 1;
  }
}

async function build(wanted: readonly string[], flags: BuildFlags, terminal: ImagesTerminal): Promise<void> {
  const recipes = await knownRecipes(terminal, flags.definitions);
  for (const name of wanted) {
    if (recipes.some((recipe) => recipe.name === name)) continue;
    throw new SandboxError('image_missing', `There is no image "${name}"; known are ${names(recipes)}.`);
  }
  const chosen = wanted.length === 0 ? recipes : recipes.filter(({ name }) => wanted.includes(name));
  const builder = await builderFor(flags.runtime, terminal.env);
  const interrupted = new AbortController();
  // Nothing that it has started outlives it.
  const interrupt = (): void => interrupted.abort(new Error('interrupted'));
  for (const signal of ENDING) process.once(signal, interrupt);
  try {
    const { signal } = interrupted;
    const logs = join(stateFolder(terminal.env), 'build-logs');
    const make: Make = (recipe, onLine) =>
      withBuildLog({ logs, image: recipe.name, onLine, signal }, (tell) =>
        builder.build(recipe, tell, signal),
      );
    const isNeeded = async (recipe: Recipe) => flags.force === true || !(await builder.isCurrent(recipe));
    await progress(chosen, make, isNeeded, terminal);
  } finally {
    for (const signal of ENDING) process.off(signal, interrupt);
  }
  for (const image of await builder.list()) {
    if (chosen.some(({ name }) => name === image.name))
      terminal.stdout.write(`${image.name} ${image.digest}\n`);
  }
}

/** Definitions that cannot be read; the message names the file. */
class DefinitionsError extends Error {}

/** Recipes of every image that this machine knows, and of those that a file adds. */
async function knownRecipes({ definitions }: ImagesTerminal, file?: string): Promise<Recipe[]> {
  try {
    const known = (await definitions?.()) ?? [];
    const given = file === undefined ? [] : await readDefinitions(file);
    return await makeRecipes([...known, ...given]);
  } catch (cause) {
    throw new DefinitionsError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Makes one image. The log of a failure is kept, and named in the error. */
type Make = (recipe: Recipe, onLine: OnLine) => Promise<ImageRef>;

/** One line an image: what is being done to it, then how it ended. A log gets every line. */
function progress(
  recipes: readonly Recipe[],
  make: Make,
  isNeeded: (recipe: Recipe) => Promise<boolean>,
  { stderr }: ImagesTerminal,
): Promise<unknown> {
  if (!(stderr instanceof WriteStream)) return buildInTurn(recipes, make, isNeeded, stderr);
  const tasks = recipes.map((recipe) => ({
    title: recipe.name,
    skip: async () => !(await isNeeded(recipe)) && `${recipe.name}: up to date`,
    task: async (_context: unknown, task: { output: string; title: string }) => {
      const tell = (line: string): void => {
        task.output = line.slice(0, stderr.columns - 4);
      };
      const { digest } = await make(recipe, tell);
      task.title = `${recipe.name}: built ${digest.slice(0, 19)}`;
    },
  }));
  const logger = new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(stderr, stderr) });
  // Its choice of a renderer looks at standard output, which is free for results here.
  return new Listr(tasks, {
    renderer: 'default',
    rendererOptions: { logger },
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { logger },
  }).run();
}

async function buildInTurn(
  recipes: readonly Recipe[],
  make: Make,
  isNeeded: (recipe: Recipe) => Promise<boolean>,
  log: NodeJS.WritableStream,
): Promise<void> {
  for (const recipe of recipes) {
    const tell = (line: string): unknown => log.write(`${recipe.name}: ${line}\n`);
    if (await isNeeded(recipe)) await make(recipe, tell);
    else log.write(`${recipe.name}: up to date\n`);
  }
}

/** An image as `list` tells of it. */
interface ListedImage extends Partial<Omit<BuiltImage, 'name'>> {
  readonly name: string;
  /** `outdated`: made from other inputs than today's; `unknown`: nothing tells what it would be made from. */
  readonly state: 'built' | 'outdated' | 'missing' | 'unknown';
}

async function list(
  flags: { readonly runtime: Runtime; readonly json?: boolean },
  terminal: ImagesTerminal,
): Promise<void> {
  const { stdout, env } = terminal;
  const builder = await builderFor(flags.runtime, env);
  const listed = await listedImages(await knownRecipes(terminal), builder);
  if (flags.json) {
    stdout.write(`${JSON.stringify(listed, null, 2)}\n`);
    return;
  }
  for (const { name, state, digest = '', createdAt, bytes } of listed) {
    if (state === 'missing' || createdAt === undefined || bytes === undefined) {
      stdout.write(
        `${name.padEnd(24)} not built; its first episode or \`stepwell images build ${name}\` does it\n`,
      );
      continue;
    }
    const size = `${Math.round(bytes / 1e6)} MB`.padStart(7);
    const time = createdAt.toISOString().slice(0, 16);
    const note = state === 'outdated' ? '  out of date' : '';
    stdout.write(`${name.padEnd(24)} ${digest.slice(0, 19)}  ${size}  ${time}${note}\n`);
  }
}

/** What is built, then what is not; an image that the host's programs stand in for is neither. */
async function listedImages(recipes: readonly Recipe[], builder: ImageBuilder): Promise<ListedImage[]> {
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

async function builderFor(runtime: Runtime, env: ImagesTerminal['env']): Promise<ImageBuilder> {
  return openBuilder(runtime, stateFolder(env));
}

function stateFolder(env: ImagesTerminal['env']): string {
  return env.STEPWELL_HOME ?? join(env.HOME ?? homedir(), '.stepwell');
}

function names(images: readonly { readonly name: string }[]): string {
  return images.map(({ name }) => name).join(', ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await runImages(process.argv.slice(2), process);
}
