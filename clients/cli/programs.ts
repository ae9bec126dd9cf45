import { print, type Terminal } from './terminal.ts';

/**
 * The programs of other folders that commands start. Clients otherwise import only `protocol/`; this table is the one
 * exception. What it names is loaded when a command needs it, so that `play --url` needs no engine.
 */

/** What `server/config-flags.ts` offers. */
interface ConfigProgram {
  configFlags(): readonly {
    readonly flag: string;
    readonly placeholder: string;
    readonly default: string;
    readonly description: string;
  }[];
  parseConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): ServerConfig;
}

/** The part of the server's configuration that clients look at. */
interface ServerConfig {
  readonly token: string | null;
}

/** What `server/main.ts` offers. */
interface ServerProgram {
  startServer(config: ServerConfig): Promise<{ readonly url: string; close(): Promise<void> }>;
  /** Serve until a signal stops it. @returns the exit status */
  serve(config: ServerConfig): Promise<number>;
}

/** A built-in task with its solution, which no server tells. */
export interface BuiltInTask {
  readonly id: string;
  readonly gold: string | readonly string[];
  readonly wrong?: readonly string[];
}

/** What `environments/bash/tasks/built-in.ts` offers. */
interface TasksProgram {
  readonly BUILT_IN: { readonly tasks: readonly BuiltInTask[] };
}

/** A command of another folder: its arguments, and who takes its lines. @returns the exit status */
interface CommandProgram {
  run(
    argv: readonly string[],
    options: { readonly print: (line: string) => void; readonly printError: (line: string) => void },
  ): Promise<number>;
}

interface Programs {
  readonly config: ConfigProgram;
  readonly server: ServerProgram;
  readonly tasks: TasksProgram;
  readonly import: CommandProgram;
  readonly images: CommandProgram;
}

/** Path of each program below the repository, and what it must export. */
export const PROGRAMS: { readonly [K in keyof Programs]: readonly [path: string, ...(keyof Programs[K])[]] } =
  {
    config: ['server/config-flags.ts', 'configFlags', 'parseConfig'],
    server: ['server/main.ts', 'startServer', 'serve'],
    tasks: ['environments/bash/tasks/built-in.ts', 'BUILT_IN'],
    import: ['environments/import/command.ts', 'run'],
    images: ['docker/images/command.ts', 'run'],
  };

/** The benchmark, started as a process of its own. */
export const BENCH = new URL('../../test/bench/main.ts', import.meta.url);

/** Run a command of another folder on this terminal. @returns the exit status */
export async function runProgram(
  name: 'import' | 'images',
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { run } = await load(name);
  return run(argv, {
    print: (line) => print(terminal, line),
    printError: (line) => terminal.errors.write(`${line}\n`),
  });
}

/** @throws {Error} the file is not there or lacks an export: the installation is incomplete */
export async function load<K extends keyof Programs>(name: K): Promise<Programs[K]> {
  const [path, ...exported] = PROGRAMS[name];
  const module: Record<string, unknown> = await import(new URL(`../../${path}`, import.meta.url).href);
  const missing = exported.find((key) => module[String(key)] === undefined);
  if (missing !== undefined)
    throw new Error(`${path} lacks ${String(missing)}: the installation is incomplete`);
  return module as unknown as Programs[K];
}
