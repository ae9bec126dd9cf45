import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { importCtf } from '../../environments/import/folders/ctf.ts';
import { importSweBench } from '../../environments/import/folders/swe-bench.ts';
import { importTerminalBench } from '../../environments/import/folders/terminal-bench.ts';
import { importHarbor } from '../../environments/import/harbor.ts';
import type { ImportResult } from '../../environments/import/intercode.ts';
import { stateFolder } from '../../server/config/state-folder.ts';
import type { Cli } from './cli.ts';

interface Named {
  readonly name?: string;
}

interface RepositoryFlags {
  readonly repositories: string;
  readonly hints: boolean;
}

interface FlagsOfCtf {
  readonly assets?: string;
  readonly hints: boolean;
  readonly plain: boolean;
}

/** The imports that make task folders for `terminal-v1`. @param report says what was imported */
export function addFolderImports(
  { terminal }: Cli,
  command: Command,
  report: (result: ImportResult) => Promise<void>,
): void {
  const home = () => stateFolder(terminal.env);
  command
    .command('harbor')
    .description("import a folder of terminal tasks in Harbor's format, each in a folder of its own")
    .argument('<folder>', 'the folder of the tasks, or of one task')
    .option('--name <name>', "name of the dataset (default: the folder's)")
    .action(async (folder: string, { name }: Named) => report(await importHarbor(folder, home(), name)));
  command
    .command('terminal-bench')
    .description('import a folder of tasks of Terminal-Bench 1: task.yaml, run-tests.sh, a Dockerfile')
    .argument('<folder>', 'the folder of the tasks, or of one task')
    .option('--name <name>', "name of the dataset (default: the folder's)")
    .action(async (folder: string, { name = nameOf(folder) }: Named) =>
      report(await importTerminalBench(folder, home(), name)),
    );
  command
    .command('swe-bench')
    .description(
      'import repository tasks in the format of SWE-bench: lines of JSON with base_commit, patch, test_patch …',
    )
    .argument('<file>', 'e.g. tasks.jsonl')
    .requiredOption(
      '--repositories <folder>',
      'clones or bundles of the repositories: owner__name, owner/name or name',
    )
    .option('--hints', 'show hints_text to the agent', false)
    .option('--name <name>', "name of the dataset (default: the file's, without its ending)")
    .action(async (file: string, { name = nameOf(file), ...options }: Named & RepositoryFlags) =>
      report(await importSweBench(file, { home: home(), name, ...options })),
    );
  command
    .command('ctf')
    .description("import capture-the-flag tasks in the format of InterCode's ic_ctf.json")
    .argument('<file>', 'e.g. data/ctf/ic_ctf.json')
    .option(
      '--assets <folder>',
      'folder with a folder of files for each task (default: task_assets beside the file)',
    )
    .option('--hints', 'show hints to the agent', false)
    .option('--plain', 'play in the image bash, which needs no build, instead of an image with tools', false)
    .option('--name <name>', "name of the dataset (default: the file's, without its ending)")
    .action(async (file: string, { name = nameOf(file), ...options }: Named & FlagsOfCtf) =>
      report(await importCtf(file, { home: home(), name, ...options })),
    );
}

/** The name of a dataset whose user gives none. */
function nameOf(path: string): string {
  return basename(resolve(path)).replace(/\.jsonl?$/i, '');
}
