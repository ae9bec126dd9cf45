import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { print } from './terminal.ts';

/** A terminal task that passes `stepwell tasks check`. */
const TEMPLATE = new URL('../../environments/terminal/template/', import.meta.url);
const TEMPLATE_NAME = 'me/new-task';
/** Task folders become names of tasks. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** The working directory that the template's Dockerfile gives. */
const PLAIN = 'workdir = "/app"';

/** `stepwell tasks new`: write a small terminal task that works. */
export function addTasksNew(cli: Cli, tasks: Command): void {
  tasks
    .command('new')
    .description(
      "write a small terminal task in Harbor's format, with a solution and a wrong answer, into a new folder",
    )
    .argument('<folder>', 'a new or empty folder; its name becomes the id of the task')
    .option('--no-image', 'without a Dockerfile: it is played in the image `bash`, also on the local engine')
    .action((folder: string, { image }: { readonly image: boolean }) => write(cli, folder, image));
}

async function fill(folder: string, id: string, hasImage: boolean): Promise<void> {
  await cp(TEMPLATE, folder, { recursive: true });
  const config = join(folder, 'task.toml');
  const text = (await readFile(config, 'utf8')).replace(TEMPLATE_NAME, `me/${id}`);
  if (!hasImage) await rm(join(folder, 'environment'), { recursive: true });
  await writeFile(config, hasImage ? text : text.replace(/^build_timeout_sec = .*$/m, PLAIN));
}

async function write({ terminal }: Cli, folder: string, hasImage: boolean): Promise<void> {
  const id = basename(resolve(folder));
  if (!NAME.test(id)) {
    throw new CommandError(
      `${folder}: the folder's name becomes the task's id: use letters, digits, and . _ -`,
    );
  }
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CommandError(`${folder}: ${error.code === 'ENOTDIR' ? 'it is a file' : error.message}`);
  });
  if (there.length > 0) throw new CommandError(`${folder}: the folder is not empty: name another one`);
  const place = resolve(folder);
  await mkdir(dirname(place), { recursive: true });
  // Whole or not at all.
  const unfinished = await mkdtemp(join(dirname(place), `.${id}-`));
  try {
    await chmod(unfinished, 0o755);
    await fill(unfinished, id, hasImage);
    await rename(unfinished, place);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  const files = (await readdir(folder)).sort().join(', ');
  print(terminal, `${id} is in ${folder}: ${files}`);
  print(terminal, `Try it: npx stepwell tasks check ${join(folder, '.')}/`);
}
