import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/main.ts';
import { installedTrainer, type Trainer } from '../../tools/trainers.ts';
import { noEngine } from '../engines.ts';
import { unlessRequired } from '../requirements.ts';

/** Why a project's own client cannot play here, or `null`. */
export async function trainerMissing(trainer: Trainer): Promise<string | null> {
  const missing = installedTrainer(trainer) === null ? 'no client; `npm run trainers` installs it' : null;
  return unlessRequired('pip', missing) ?? (await noEngine());
}

/** Maximum time of a client, in milliseconds: the imports alone take many seconds where the machine is busy. */
export const TRAINER_MS = 300_000;

export interface FrontServer {
  /** E.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A whole server with one warm Bash sandbox. */
export async function startFrontServer(): Promise<FrontServer> {
  const home = mkdtempSync(join(tmpdir(), 'stepwell-fronts-'));
  const config = createConfig({ port: 0, pool: { 'bash-v1': 1 }, log_level: 'error' });
  const server = await startServer(config, { env: { ...process.env, STEPWELL_HOME: home } });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * Run Python with a client's packages; `args` begin with a program, or with `-m` and a module.
 * @throws {Error} with what it printed, if it fails
 */
export async function runTrainer(trainer: Trainer, ...args: string[]): Promise<string> {
  const packages = installedTrainer(trainer) ?? '';
  // What is imported is compiled once, and nothing is written beside this project's own programs.
  const compiled = { PYTHONDONTWRITEBYTECODE: '', PYTHONPYCACHEPREFIX: join(packages, '__pycache__') };
  const env = { ...process.env, PYTHONPATH: packages, ...compiled };
  const options = { cwd: import.meta.dirname, env, timeout: TRAINER_MS };
  const { stdout } = await promisify(execFile)('python3', args, options);
  return stdout;
}
