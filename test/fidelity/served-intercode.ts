import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { type ConfigInput, createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { stepwellProgram } from '../stepwell.ts';

export const MINUTES = 60_000;

export interface Served {
  readonly client: StepwellClient;
  /** The state folder, with the imported datasets. */
  readonly home: string;
}

/**
 * For the suite that this is called in: a server on Docker that has what InterCode published in a folder, imported as a
 * user does it. What it returns gives the client, once tests run.
 */
export function servedIntercode(folder: string, config: ConfigInput): () => Served {
  let home: string | undefined;
  let server: RunningServer | undefined;
  let client: StepwellClient | undefined;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-fidelity-'));
    const env = { ...process.env, STEPWELL_HOME: home };
    const argv = [stepwellProgram(), 'import', 'intercode', folder, '--no-check'];
    await promisify(execFile)(process.execPath, argv, { env });
    const all = { port: 0, runtime: 'docker', pool: {}, log_level: 'warn', ...config } as const;
    server = await startServer(createConfig(all), { env });
    client = await StepwellClient.connect(server.url, { timeoutMs: 15 * MINUTES });
  }, 20 * MINUTES);

  afterAll(async () => {
    await client?.close();
    await server?.close();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  return () => {
    if (client === undefined || home === undefined) throw new Error('the server has not started');
    return { client, home };
  };
}
