import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pageFiles } from '../../clients/cli/page-files.ts';
import { type ConfigInput, createConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/main.ts';

/** A state folder of a test's own. */
export async function temporaryHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'stepwell-home-'));
}

export interface RealServer extends AsyncDisposable {
  readonly url: string;
}

/** The server itself on the local engine and a free port. */
export async function startLocalServer(settings: ConfigInput = {}): Promise<RealServer> {
  const home = await temporaryHome();
  const config = createConfig({
    port: 0,
    runtime: 'local',
    pool: { 'bash-v1': 1 },
    log_level: 'error',
    ...settings,
  });
  const server = await startServer(config, { env: { STEPWELL_HOME: home }, page: pageFiles });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(home, { recursive: true });
    },
  };
}
