import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Environment } from '../../environments/environment.ts';
import type { ServerState, ServerStatus } from '../../protocol/server-state.ts';

/** Number of sandboxes by state, their maximum, and the number of requests that wait for one. */
export interface SandboxCounts {
  readonly states: Readonly<Record<string, number>>;
  readonly max: number;
  readonly queued: number;
}

export interface ServerFactsParts {
  readonly node: string;
  readonly environments: Iterable<Environment>;
  readonly maxEpisodes: number;
  readonly openEpisodes: () => number;
  readonly sandboxes: () => SandboxCounts;
  readonly status: () => ServerStatus;
}

/** What `server/state` tells of this server. */
export class ServerFacts {
  readonly #parts: ServerFactsParts;
  #datasets: ServerState['datasets'] | undefined;

  constructor(parts: ServerFactsParts) {
    this.#parts = parts;
  }

  get node(): string {
    return this.#parts.node;
  }

  get status(): ServerStatus {
    return this.#parts.status();
  }

  get state(): ServerState {
    const { maxEpisodes, node, openEpisodes, sandboxes, status } = this.#parts;
    const { max, queued, states } = sandboxes();
    this.#datasets ??= [...this.#parts.environments].flatMap(digests);
    return {
      node,
      status: status(),
      episodes: { open: openEpisodes(), max: maxEpisodes },
      sandboxes: { states: { ...states }, max, queued },
      datasets: this.#datasets,
    };
  }
}

/** The name of a server whose operator gave none: that of the machine, in the letters that a name may have. */
export function defaultNode(): string {
  const name = hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63);
  return name === '' ? 'node' : name;
}

function digests(environment: Environment): ServerState['datasets'] {
  return environment.info.datasets.map(({ name, tasks }) => {
    const hash = createHash('sha256');
    for (const { id, instruction } of environment.tasks(name)) hash.update(JSON.stringify([id, instruction]));
    return { environment: environment.id, name, tasks, digest: hash.digest('hex') };
  });
}
