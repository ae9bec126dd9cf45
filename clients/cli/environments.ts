import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { print } from './terminal.ts';

/** The template: a small environment that works. */
const TEMPLATE = new URL('../examples/new-environment/', import.meta.url);
const TEMPLATE_ID = 'mine-v1';
/** Files that contain its id. */
const WITH_ID = new Set(['environment.ts', 'README.md']);

/** `stepwell environments new`: write a small environment that works. */
export function declareCommand(command: Command, cli: Cli): void {
  command
    .command('new')
    .description('write a small environment that works, with a task, a test and a README, into a new folder')
    .argument('<folder>', 'a new or empty folder; its name becomes the id')
    .action((folder: string) => write(cli, folder));
}

async function write({ terminal }: Cli, folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CommandError(`${folder}: ${error.code === 'ENOTDIR' ? 'it is a file' : error.message}`);
  });
  if (there.length > 0) throw new CommandError(`${folder}: the folder is not empty: name another one`);
  const id = idOf(folder);
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(TEMPLATE)) {
    const from = new URL(name, TEMPLATE);
    const to = join(folder, name);
    if (!WITH_ID.has(name)) await copyFile(from, to);
    else await writeFile(to, (await readFile(from, 'utf8')).replaceAll(TEMPLATE_ID, id));
  }
  print(terminal, `${id} is in ${folder}: environment.ts, tasks.jsonl, samples.json, a test and a README`);
  print(terminal, `Try it: npx stepwell play --environment ${join(folder, '.')}/`);
}

/** The folder's name as an id: lower-case words with a version. */
function idOf(folder: string): string {
  const words = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '');
  if (words === '') return TEMPLATE_ID;
  return /-v\d+$/.test(words) ? words : `${words}-v1`;
}
