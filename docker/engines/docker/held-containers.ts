import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Hold } from '../../engine.ts';
import { decodeOwner, encodeOwner, fateOf, type Owner } from '../../owner.ts';
import type { HoldSettings } from '../provider.ts';

/** What the next server must know of a container to take it back. */
const HeldContainer = z.object({
  /** What it shows to the runner. */
  key: z.string(),
  grace_ms: z.int(),
  /** Folder of its control socket on this machine. */
  folder: z.string(),
  image: z.object({ name: z.string(), digest: z.string() }),
  /** Hash of the runner in it. */
  runner: z.string(),
  /** The server that has it. */
  owner: z.string(),
});
export type HeldContainer = z.infer<typeof HeldContainer>;

const CONTAINER_ID = /^[0-9a-f]{64}$/;

/** One file per container that outlives its server, with the key to it. Only this user may read it. */
export class HeldContainers {
  readonly #settings: HoldSettings;
  readonly #me: Owner;

  constructor(settings: HoldSettings, me: Owner) {
    this.#settings = settings;
    this.#me = me;
  }

  get graceMs(): number {
    return this.#settings.graceMs;
  }

  /** Note a new container. */
  async hold(id: string, about: Pick<HeldContainer, 'folder' | 'image' | 'runner'>): Promise<Hold> {
    const key = randomBytes(32).toString('base64url');
    const { graceMs } = this.#settings;
    await this.#write(id, { ...about, key, grace_ms: graceMs, owner: encodeOwner(this.#me) });
    return { key, graceMs };
  }

  /** A container that a server which has ended has left. */
  async left(id: string): Promise<HeldContainer | undefined> {
    const held = await this.#read(id);
    const owner = held && decodeOwner(held.owner);
    return owner && (await fateOf(owner, this.#me)) === 'dead' ? held : undefined;
  }

  /** This server has it now. */
  async take(id: string, held: HeldContainer): Promise<Hold> {
    await this.#write(id, { ...held, owner: encodeOwner(this.#me) });
    return { key: held.key, graceMs: held.grace_ms };
  }

  async remove(id: string): Promise<void> {
    const path = this.#path(id);
    await Promise.all([path, unfinished(path)].map((each) => rm(each, { force: true })));
  }

  /** Remove the files of servers that have ended, except of these containers. */
  async prune(existing: readonly string[]): Promise<void> {
    const names = await readdir(this.#settings.folder).catch((): string[] => []);
    for (const id of names.map((name) => basename(name, '.json'))) {
      if (!existing.includes(id) && (await this.left(id)) !== undefined) await this.remove(id);
    }
  }

  async #read(id: string): Promise<HeldContainer | undefined> {
    if (!CONTAINER_ID.test(id)) return undefined;
    const text = await readFile(this.#path(id), 'utf8').catch(() => '{}');
    try {
      return HeldContainer.safeParse(JSON.parse(text)).data;
    } catch {
      // Damaged, e.g. when the machine crashed.
      return undefined;
    }
  }

  async #write(id: string, held: HeldContainer): Promise<void> {
    await mkdir(this.#settings.folder, { recursive: true, mode: 0o700 });
    // As a whole or not at all: a server can be killed here, and another one reads.
    const path = this.#path(id);
    try {
      await writeFile(unfinished(path), JSON.stringify(held), { mode: 0o600 });
      await rename(unfinished(path), path);
    } catch (error) {
      await rm(unfinished(path), { force: true });
      throw error;
    }
  }

  #path(id: string): string {
    return join(this.#settings.folder, `${id}.json`);
  }
}

/** Where a file is written before it takes its place. */
function unfinished(path: string): string {
  return `${path}.new`;
}
