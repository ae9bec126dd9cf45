import type { EnvironmentInfo, TaskSummary } from '../../protocol/environment.ts';
import type { TaskFacts } from '../cheats/cheat-text.ts';
import type { TaskAnswers } from '../check/subject.ts';
import type { CheckedDataset, DatasetGolds, OnProgress } from './dataset-check.ts';
import type { Prompt } from './player-input.ts';

/**
 * The programs of other folders that commands start. Clients otherwise import only `protocol/`; this table is the one
 * exception. What it names is loaded when a command needs it, so that `play --url` needs no engine.
 */
interface Programs {
  readonly config: ConfigProgram;
  readonly server: ServerProgram;
  readonly state: StateProgram;
  readonly engine: EngineProgram;
  readonly environments: EnvironmentsProgram;
  readonly datasets: DatasetsProgram;
  readonly facts: FactsProgram;
  readonly answers: AnswersProgram;
  readonly killer: KillerProgram;
  readonly golds: GoldsProgram;
  readonly options: OptionsProgram;
  readonly plugIns: PlugInsProgram;
  readonly import: ImportProgram;
  readonly images: ImagesProgram;
}

/** Path of each program below the repository, and what it must export. */
export const PROGRAMS: { readonly [K in keyof Programs]: readonly [path: string, ...(keyof Programs[K])[]] } =
  {
    config: ['server/config-flags.ts', 'configFlags', 'parseConfig'],
    server: ['server/main.ts', 'startServer', 'serve'],
    state: ['server/state-folder.ts', 'stateFolder', 'configuredPath'],
    engine: ['docker/engine-choice.ts', 'openEngine'],
    environments: ['environments/registry.ts', 'createEnvironments', 'DEFINITIONS'],
    datasets: ['environments/dataset-store.ts', 'loadDatasets'],
    facts: ['environments/task-facts.ts', 'taskFacts'],
    answers: ['environments/task-answers.ts', 'taskAnswers'],
    killer: ['docker/sandbox-killer.ts', 'killSandboxes'],
    golds: ['environments/golds.ts', 'loadGolds'],
    options: ['environments/option-flags.ts', 'optionFlags'],
    plugIns: ['environments/load-definition.ts', 'loadDefinition', 'loadDefinitions'],
    import: ['environments/import/command.ts', 'run', 'NotChecked'],
    images: ['docker/images/command.ts', 'runImages'],
  };

/** The benchmark, started as a process of its own. */
export const BENCH = new URL('../../bench/main.ts', import.meta.url);

/** @throws {Error} the file is not there or lacks an export: the installation is incomplete */
export async function load<K extends keyof Programs>(name: K): Promise<Programs[K]> {
  const [path, ...exported] = PROGRAMS[name];
  // Relative, so that the build gives it the ending of what it builds.
  const file = `../../${path}`;
  const module: Record<string, unknown> = await import(file);
  const missing = exported.find((key) => module[String(key)] === undefined);
  if (missing !== undefined)
    throw new Error(`${path} lacks ${String(missing)}: the installation is incomplete`);
  return module as unknown as Programs[K];
}

type Env = Readonly<Record<string, string | undefined>>;

interface ConfigProgram {
  configFlags(): readonly {
    readonly flag: string;
    readonly placeholder: string;
    readonly default: string;
    readonly description: string;
  }[];
  parseConfig(argv: readonly string[], env: Env): ServerConfig;
}

/** The part of the server's configuration that clients look at. */
export interface ServerConfig {
  readonly token: string | null;
  readonly trajectories: string;
  /** More datasets beside the imported ones, by name. */
  readonly dataset: Readonly<Record<string, string>>;
  /** Folders of more environments. */
  readonly environment: readonly string[];
}

interface StartOptions {
  readonly env: Env;
  readonly onBuild: (image: string, line: string) => void;
  readonly onBuilt: (image: string, ok: boolean) => void;
  readonly signal?: AbortSignal;
}

interface ServerProgram {
  startServer(config: ServerConfig, options: StartOptions): Promise<RunningServer>;
  /** Serve until a signal stops it. @returns the exit status */
  serve(config: ServerConfig, options: StartOptions): Promise<number>;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

interface StateProgram {
  stateFolder(env: Env): string;
  configuredPath(path: string, home: string): string | null;
}

interface EngineProgram {
  /** @throws {Error} no engine is possible; the message says what to install */
  openEngine(options: { readonly home: string }): Promise<{
    readonly runtime: 'docker' | 'local';
    readonly reason: string;
    readonly engine: { probe(): Promise<{ readonly isolation: string; readonly reason: string }> };
    close(): Promise<void>;
  }>;
}

interface EnvironmentsProgram {
  /** Those that come with Stepwell. */
  readonly DEFINITIONS: readonly DefinitionProgram[];
  createEnvironments(parts: {
    readonly sandboxes: { acquire(): Promise<never> };
    readonly defaults: { readonly stepTimeoutMs: number; readonly maxOutputBytes: number };
    readonly definitions: readonly DefinitionProgram[];
    readonly datasets: readonly unknown[];
  }): ReadonlyMap<string, EnvironmentProgram>;
}

export interface EnvironmentProgram {
  readonly info: EnvironmentInfo;
  /** How its images are made; `images` knows what is in a definition. */
  readonly images: readonly object[];
  /** @throws {ProtocolError} `dataset_not_found` */
  tasks(
    dataset: string | undefined,
    split: string | undefined,
  ): readonly (TaskSummary & { readonly dataset: string })[];
}

interface DatasetsProgram {
  /** @throws {DatasetError} a record is malformed */
  loadDatasets(
    home: string,
    added: Readonly<Record<string, string>>,
    definitions: readonly DefinitionProgram[],
  ): Promise<readonly unknown[]>;
}

interface WantedRecords {
  readonly home: string;
  readonly added: Readonly<Record<string, string>>;
  readonly environment: string;
  readonly dataset: string | undefined;
  readonly dialect: string | undefined;
  readonly definitions: readonly DefinitionProgram[];
}

interface FactsProgram {
  /** @returns `null` where the environment has no such dataset. @throws {DatasetError} */
  taskFacts(wanted: WantedRecords): Promise<readonly TaskFacts[] | null>;
}

interface AnswersProgram {
  /** @returns `null` where the environment has no such dataset. @throws {DatasetError} */
  taskAnswers(wanted: WantedRecords): Promise<readonly TaskAnswers[] | null>;
}

interface KillerProgram {
  killSandboxes(engine: string): Promise<void>;
}

interface GoldsProgram {
  /** The golds of every dataset that a server of this state folder has. @throws {DatasetError} */
  loadGolds(
    home: string,
    added?: Readonly<Record<string, string>>,
    definitions?: readonly DefinitionProgram[],
  ): Promise<readonly DatasetGolds[]>;
}

/** A built-in task with its solution, which no server tells. */
export interface BuiltInTask {
  readonly id: string;
  /** Each as its gold is written. */
  readonly wrong?: readonly unknown[] | undefined;
}

/** The part of a definition that commands look at. */
export interface DefinitionProgram {
  readonly id: string;
  /** Beside its cheats and samples, if it has some. */
  readonly readme: URL;
  readonly options: object;
  readonly prompt: Prompt;
  readonly builtIn: { readonly tasks: readonly BuiltInTask[]; readonly [field: string]: unknown };
  /** The one action that solves a task. */
  goldOf(record: BuiltInTask, dataset: object): string;
}

/** A reset option as a command line shows it. */
export interface OptionFlag {
  readonly name: string;
  readonly kind: 'integer' | 'number' | 'switch' | 'choice' | 'text' | 'json';
  readonly values: readonly string[];
  readonly range: readonly [min: number, max: number];
  readonly description: string;
}

interface OptionsProgram {
  optionFlags(definitions: readonly DefinitionProgram[]): readonly OptionFlag[];
}

interface PlugInsProgram {
  /** @throws {DefinitionError} with the file and the reason */
  loadDefinition(path: string): Promise<DefinitionProgram>;
  /** The built-in definitions and those of some folders. @throws {DefinitionError} */
  loadDefinitions(paths: readonly string[]): Promise<readonly DefinitionProgram[]>;
}

interface ImportProgram {
  /** Thrown by `check` where there is nothing to try tasks on. */
  readonly NotChecked: new (
    message: string,
    options?: ErrorOptions,
  ) => Error;
  run(
    argv: readonly string[],
    options: {
      readonly home: string;
      readonly check: (
        names: readonly string[],
        runtime: string | undefined,
        onProgress: OnProgress,
      ) => Promise<readonly (CheckedDataset & { readonly lines: readonly string[] })[]>;
      readonly print: (line: string) => void;
      readonly printError: (line: string) => void;
      readonly progress: NodeJS.WritableStream;
    },
  ): Promise<number>;
}

interface ImagesProgram {
  runImages(
    argv: readonly string[],
    terminal: {
      readonly stdout: NodeJS.WritableStream;
      readonly stderr: NodeJS.WritableStream;
      readonly env: Env;
      readonly definitions: () => Promise<readonly object[]>;
    },
  ): Promise<number>;
}
