import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../server/config-flags.ts';
import { startServer } from '../../server/main.ts';

/** A state folder of a test's own. */
export async function temporaryHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'stepwell-home-'));
}

export interface RealServer extends AsyncDisposable {
  readonly url: string;
}

/** The server itself on the local engine and a free port. */
export async function startLocalServer(...flags: string[]): Promise<RealServer> {
  const home = await temporaryHome();
  const argv = ['--port=0', '--runtime=local', '--pool=bash-v1=1', '--log-level=error', ...flags];
  const server = await startServer(parseConfig(argv), { env: { STEPWELL_HOME: home } });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(home, { recursive: true });
    },
  };
}
