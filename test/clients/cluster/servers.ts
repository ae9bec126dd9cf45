import type { ClusterOptions } from '../../../clients/typescript/cluster/cluster.ts';
import { StepwellCluster } from '../../../clients/typescript/cluster/cluster.ts';
import type { ConfigInput } from '../../../server/config/config.ts';
import { sandboxCounts } from '../../../server/warm-up.ts';
import { FakeEnvironment } from '../../server/fake-environment.ts';
import { PooledEnvironment } from '../../server/pooled-environment.ts';
import { startTestServer, type TestServer } from '../../server/test-server.ts';

export interface ClusterNode {
  readonly server: TestServer;
  readonly environment: FakeEnvironment;
  readonly url: string;
}

/** Fake servers and their clients, which end with a test. */
export class Servers {
  readonly #open: (() => Promise<unknown>)[] = [];

  /** A server whose resets find so many sandboxes. */
  async pooled(sandboxes: number, settings: ConfigInput = {}): Promise<ClusterNode> {
    const environment = new PooledEnvironment(sandboxes);
    const counts = () => sandboxCounts(environment.pool.stats(), sandboxes);
    const server = await startTestServer([environment], settings, { sandboxes: counts });
    return this.#add(server, environment);
  }

  /** A server without a pool. */
  async plain(
    environment = new FakeEnvironment(),
    settings: ConfigInput = {},
    place: { readonly address?: string; readonly port?: number } = {},
  ): Promise<ClusterNode> {
    return this.#add(await startTestServer([environment], settings, place), environment);
  }

  async connect(urls: string | readonly string[], options: ClusterOptions = {}): Promise<StepwellCluster> {
    const cluster = await StepwellCluster.connect(urls, { pollMs: 20, strict: true, ...options });
    this.#open.push(() => cluster.close());
    return cluster;
  }

  async end(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }

  #add(server: TestServer, environment: FakeEnvironment): ClusterNode {
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closed ??= server.close();
      return closed;
    };
    this.#open.push(close);
    return { server: { ...server, close }, environment, url: server.url };
  }
}

export const FAKE = { environment: 'fake-v1' } as const;
