import type Docker from 'dockerode';
import { controlPath, labels } from '../../labels.ts';
import { decodeOwner, fateOf, type Owner, ownerNamed } from '../../owner.ts';

export interface OwnContainers {
  readonly instance: string;
  /** Names of containers in use. */
  readonly names: ReadonlySet<string>;
}

/** What one look at the engine found. */
export interface Found {
  /** Ids of containers to remove. */
  readonly orphans: readonly string[];
  /** Ids of all others. */
  readonly others: readonly string[];
  /** Control folders of all others. */
  readonly folders: readonly string[];
  /** Whether some of them may become orphans soon, as their server has gone. */
  readonly waiting: boolean;
}

/** How much longer than its grace time a container is spared that does not end itself, in milliseconds. */
const SPARED_MS = 5_000;

/**
 * Looks for orphaned containers: those of dead servers, exited ones of servers that may be dead, and containers of this server
 * that it does not know, e.g. because the answer to a create was lost. A running container of a dead server is spared for its
 * grace time, in which another server may take it back; its runner ends it if it holds no lease, or nobody comes.
 */
export class Orphans {
  readonly #docker: Docker;
  readonly #me: Owner;
  /** When containers were first seen without a living server, by id. */
  readonly #seen = new Map<string, number>();

  constructor(docker: Docker, me: Owner) {
    this.#docker = docker;
    this.#me = me;
  }

  async find(mine: OwnContainers): Promise<Found> {
    const all = await this.#docker.listContainers({ all: true, filters: { label: [labels.owner] } });
    const orphans: string[] = [];
    const others: Docker.ContainerInfo[] = [];
    let waiting = false;
    for (const info of all) {
      const fate = await this.#fateOf(info, mine);
      if (fate === 'orphan') orphans.push(info.Id);
      else others.push(info);
      waiting ||= fate === 'spared';
    }
    for (const id of this.#seen.keys()) if (!all.some(({ Id }) => Id === id)) this.#seen.delete(id);
    const folders = others.flatMap(({ Mounts }) =>
      Mounts.filter(({ Destination }) => Destination === controlPath).map(({ Source }) => Source),
    );
    return { orphans, others: others.map(({ Id }) => Id), folders, waiting };
  }

  async #fateOf(info: Docker.ContainerInfo, mine: OwnContainers): Promise<'orphan' | 'spared' | 'used'> {
    const { Labels, State } = info;
    const names = info.Names.map((name) => name.replace(/^\//, ''));
    if (names.some((name) => mine.names.has(name))) return 'used';
    if (Labels[labels.instance] === mine.instance) return 'orphan';
    // A server that takes a container back puts itself into the name; labels stay as they are.
    const takers = names.map(ownerNamed).filter((owner) => owner !== null);
    const owner = takers[0] ?? decodeOwner(Labels[labels.owner] ?? '');
    const fate = owner === null ? 'unknown' : await fateOf(owner, this.#me);
    const hasEnded = State === 'exited' || State === 'dead';
    if (hasEnded) return fate === 'alive' ? 'used' : 'orphan';
    if (fate !== 'dead') {
      // If another server has taken it back, its grace time begins anew with the death of that one.
      this.#seen.delete(info.Id);
      return 'used';
    }
    return this.#isSpared(info) ? 'spared' : 'orphan';
  }

  #isSpared({ Id, Labels, State }: Docker.ContainerInfo): boolean {
    const graceMs = Number(Labels[labels.grace] ?? 0);
    if (graceMs === 0 || State !== 'running') return false;
    const since = this.#seen.get(Id) ?? performance.now();
    this.#seen.set(Id, since);
    return performance.now() - since < graceMs + SPARED_MS;
  }
}
