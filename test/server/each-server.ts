import { afterEach, beforeEach } from 'vitest';
import type { ConfigInput } from '../../server/config/config.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { startTestServer, type TestServer, Wire } from './test-server.ts';

/** What the running test has: another environment, server and connection each time. */
export let fake: FakeEnvironment;
export let server: TestServer;
export let wire: Wire;

/** Start a server of the fake environment and connect to it, for each test of a file or of a `describe`. */
export function serveEachTest(settings: ConfigInput = {}): void {
  beforeEach(async () => {
    fake = new FakeEnvironment();
    server = await startTestServer([fake], settings);
    wire = await Wire.connect(`${server.url}/v1`);
  });
  afterEach(async () => {
    wire.socket.close();
    await server.close();
  });
}
