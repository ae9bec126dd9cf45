import type Docker from 'dockerode';
import { labels } from '../../labels.ts';
import { decodeOwner, fateOf, type Owner } from '../owner.ts';

export interface OwnContainers {
  readonly instance: string;
  /** Names of containers in use. */
  readonly names: ReadonlySet<string>;
}

/**
 * Ids of orphaned containers: those of dead servers, exited ones of servers that may be dead, and containers of this server
 * that it does not know, e.g. because the answer to a create was lost.
 */
export async function orphanedContainers(docker: Docker, me: Owner, mine: OwnContainers): Promise<string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [labels.owner] } });
  const orphans: string[] = [];
  for (const { Id, Labels, Names, State } of found) {
    if (Labels[labels.instance] === mine.instance) {
      if (!Names.some((name) => mine.names.has(name.replace(/^\//, '')))) orphans.push(Id);
      continue;
    }
    const owner = decodeOwner(Labels[labels.owner] ?? '');
    const fate = owner === null ? 'unknown' : await fateOf(owner, me);
    const hasEnded = State === 'exited' || State === 'dead';
    if (fate === 'dead' || (fate === 'unknown' && hasEnded)) orphans.push(Id);
  }
  return orphans;
}
