import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type DockerFacts, dockerFacts } from '../../docker/engines/docker/facts.ts';
import { ENGINES, type EngineName, engineNames } from '../../docker/engines/table.ts';
import type { Programs } from '../../docker/sandbox.ts';
import { stateFolder } from '../../server/state-folder.ts';

/** Outcome of a trial run of a program. */
export interface ProgramRun {
  readonly ok: boolean;
  /** First line of its output, or why it could not run. */
  readonly line: string;
}

/** The engine of `--runtime auto` on this machine. */
export interface EngineFinding {
  readonly runtime: EngineName;
  /** Where the programs of its sandboxes come from. */
  readonly programs: Programs;
  /** Why this one. */
  readonly reason: string;
  /** How it makes a sandbox pristine; `null` if it could not be tried. */
  readonly isolation: string | null;
  /** Why this isolation, or why it could not be tried. */
  readonly isolationReason: string;
}

/** What the doctor reads of the machine. Tests have a fake one. */
export interface Machine {
  readonly nodeVersion: string;
  readonly isRoot: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  run(program: string, ...args: string[]): Promise<ProgramRun>;
  /** Content of a file; `null` if it cannot be read. */
  read(path: string): Promise<string | null>;
  /** Names of the folders in a folder; empty if it does not exist. */
  folders(path: string): Promise<readonly string[]>;
  /** @throws {NoDockerError} no Docker engine can be asked */
  docker(): Promise<DockerFacts>;
  /** Names of the images of each engine that can be asked, by the engine's name. */
  images(): Promise<ReadonlyMap<EngineName, readonly string[]>>;
  isPortFree(port: number): Promise<boolean>;
  /** Choose the engine as a server does, and try it. @throws {Error} none can run; the message says why */
  engine(): Promise<EngineFinding>;
}

const PROBE_TIMEOUT_MS = 5_000;

/** The machine that this process runs on. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const home = stateFolder(env);
  return {
    nodeVersion: process.versions.node,
    isRoot: process.getuid?.() === 0,
    env,
    home,
    run: runProgram,
    read: (path) => readFile(path, 'utf8').catch(() => null),
    folders: async (path) => {
      const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    },
    docker: () => dockerFacts(),
    images: () => imagesIn(join(home, 'images')),
    isPortFree,
    engine: () => findEngine(env),
  };
}

async function imagesIn(imagesFolder: string): Promise<ReadonlyMap<EngineName, readonly string[]>> {
  const lists = engineNames.map(async (name) => {
    const images = await (await ENGINES[name]()).builder(imagesFolder).list();
    return [name, images.map((image) => image.name)] as const;
  });
  const listed = await Promise.allSettled(lists);
  return new Map(listed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

async function findEngine(env: Machine['env']): Promise<EngineFinding> {
  const { openEngine } = await import('../../docker/engines/choice.ts');
  const { runtime, reason, engine, close } = await openEngine({ home: stateFolder(env) });
  const { programs } = engine;
  try {
    const probed = await engine.probe();
    return { runtime, programs, reason, isolation: probed.isolation, isolationReason: probed.reason };
  } catch (error) {
    const isolationReason = error instanceof Error ? error.message : String(error);
    return { runtime, programs, reason, isolation: null, isolationReason };
  } finally {
    await close();
  }
}

function runProgram(program: string, ...args: string[]): Promise<ProgramRun> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROBE_TIMEOUT_MS }, (error, stdout, stderr) => {
      const [line = ''] = (error ? stderr || error.message : stdout || stderr).trim().split('\n');
      const missing = error?.code === 'ENOENT';
      resolve({ ok: error === null, line: missing ? 'not installed' : line });
    });
  });
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
