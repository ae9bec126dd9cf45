import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Finding, Look, ProgramRun } from '../../docker/engines/finding.ts';
import type { EngineProvider } from '../../docker/engines/provider.ts';
import { ENGINES, type EngineName, engineNames } from '../../docker/engines/table.ts';
import type { Programs } from '../../docker/sandbox.ts';
import { stateFolder } from '../../server/config/state-folder.ts';

/** An engine of the table on this machine. */
export interface EngineState {
  readonly name: EngineName;
  readonly programs: Programs;
  /** What it needs of the machine. */
  readonly findings: readonly Finding[];
  /** Names of its images; `null` if it cannot be asked. */
  readonly images: readonly string[] | null;
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
export interface Machine extends Look {
  readonly nodeVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Names of the folders in a folder; empty if it does not exist. */
  folders(path: string): Promise<readonly string[]>;
  /** Every engine, in the order in which `auto` prefers them. */
  engines(): Promise<readonly EngineState[]>;
  isPortFree(port: number): Promise<boolean>;
  /** Choose the engine as a server does, and try it. @throws {Error} none can run; the message says why */
  engine(): Promise<EngineFinding>;
}

const PROBE_TIMEOUT_MS = 5_000;

/** The machine that this process runs on. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const home = stateFolder(env);
  const look: Look = {
    isRoot: process.getuid?.() === 0,
    run: runProgram,
    read: (path) => readFile(path, 'utf8').catch(() => null),
  };
  return {
    ...look,
    nodeVersion: process.versions.node,
    env,
    home,
    folders: async (path) => {
      const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    },
    engines: () => Promise.all(engineNames.map((name) => stateOf(name, look, join(home, 'images')))),
    isPortFree,
    engine: () => findEngine(env),
  };
}

async function stateOf(name: EngineName, look: Look, imagesFolder: string): Promise<EngineState> {
  const provider = await ENGINES[name]();
  const [findings, images] = await Promise.all([provider.examine(look), imagesOf(provider, imagesFolder)]);
  return { name, programs: provider.programs, findings, images };
}

async function imagesOf(provider: EngineProvider, imagesFolder: string): Promise<string[] | null> {
  try {
    return (await provider.builder(imagesFolder).list()).map((image) => image.name);
  } catch {
    // The engine's findings say why it cannot be asked.
    return null;
  }
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
