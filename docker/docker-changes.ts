import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { isEngineStatus } from './docker-errors.ts';
import { SandboxError } from './errors.ts';
import { hiddenPath } from './labels.ts';
import type { FileType, LayerChange } from './sandbox.ts';

/** What a path is; `null` where nothing is. */
type Node = Pick<LayerChange, 'type' | 'mode' | 'size' | 'sha256'> | null;

/** The engine's answer to a path that the container deleted. */
const deletedKind = 2;

/** Questions to the engine at the same time. */
const parallel = 8;

/**
 * Differences of a container as its engine sees them, for containers that have no layers. Programs in the container
 * take no part. Of a deleted folder only the folder itself is told.
 */
export class DockerChanges {
  readonly #container: Docker.Container;
  readonly #pristine: () => Promise<Docker.Container>;
  #baseline: ReadonlyMap<string, Node> = new Map();

  /** @param pristine a container of the same image that never ran */
  constructor(container: Docker.Container, pristine: () => Promise<Docker.Container>) {
    this.#container = container;
    this.#pristine = pristine;
  }

  /** Make the present state the one that `diff` compares with. @throws {SandboxError} `died` */
  async mark(): Promise<void> {
    this.#baseline = await this.#state();
  }

  /** Differences since the last `mark`, sorted by path. @throws {SandboxError} `died` */
  async diff(): Promise<LayerChange[]> {
    const now = await this.#state();
    const paths = [...new Set([...now.keys(), ...this.#baseline.keys()])].sort();
    const pristine = await this.#pristine();
    const inImage = await nodesOf(
      pristine,
      paths.filter((path) => !(now.has(path) && this.#baseline.has(path))),
    );
    const valueIn = (state: ReadonlyMap<string, Node>, path: string): Node =>
      (state.has(path) ? state : inImage).get(path) ?? null;
    return paths.flatMap((path) => {
      const change = compare(path, valueIn(this.#baseline, path), valueIn(now, path));
      return change === null ? [] : [change];
    });
  }

  async #state(): Promise<ReadonlyMap<string, Node>> {
    let changes: { Path: string; Kind: number }[] | null;
    try {
      changes = await this.#container.changes();
    } catch (cause) {
      throw new SandboxError('died', 'The engine cannot tell what changed in the container.', { cause });
    }
    const isOurs = (path: string) => path === hiddenPath || path.startsWith(`${hiddenPath}/`);
    const all = (changes ?? []).filter(({ Path }) => !isOurs(Path));
    const there = all.filter(({ Kind }) => Kind !== deletedKind).map(({ Path }) => Path);
    const nodes = new Map(await nodesOf(this.#container, there));
    for (const { Path, Kind } of all) if (Kind === deletedKind) nodes.set(Path, null);
    return nodes;
  }
}

function compare(path: string, before: Node, after: Node): LayerChange | null {
  if (after === null) return before === null ? null : { path, kind: 'deleted', ...before };
  if (before === null) return { path, kind: 'added', ...after };
  if (before.type !== after.type) return { path, kind: 'type_changed', ...after };
  if (before.size !== after.size || before.sha256 !== after.sha256) {
    return { path, kind: 'modified', ...after };
  }
  return before.mode === after.mode ? null : { path, kind: 'mode_changed', ...after };
}

async function nodesOf(
  container: Docker.Container,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Node>> {
  const nodes = new Map<string, Node>();
  const queue = paths.values();
  const work = async (): Promise<void> => {
    for (const path of queue) nodes.set(path, await nodeOf(container, path));
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return nodes;
}

/** Only a header for folders: their archive would bring everything in them. */
async function nodeOf(container: Docker.Container, path: string): Promise<Node> {
  try {
    const type = await typeOf(container, path);
    if (type.type !== 'file' && type.type !== 'symlink') return { ...type, size: 0, sha256: null };
    const content = await contentOf(await container.getArchive({ path }));
    return content === null ? null : { ...type, ...content };
  } catch (error) {
    if (isEngineStatus(error, 404)) return null;
    throw new SandboxError('died', `The engine cannot look at ${path} in the container.`, { cause: error });
  }
}

/** Of the first file in an archive. What else the engine would send of it is not waited for. */
async function contentOf(
  stream: NodeJS.ReadableStream,
): Promise<Pick<LayerChange, 'size' | 'sha256'> | null> {
  const archive = extract();
  stream.on('error', (error: Error) => archive.destroy(error));
  stream.pipe(archive);
  try {
    for await (const entry of archive) {
      const hash = createHash('sha256');
      let size = 0;
      if (entry.header.type === 'symlink') hash.update(entry.header.linkname ?? '');
      for await (const chunk of Readable.from(entry)) {
        size += chunk.length;
        hash.update(chunk);
      }
      return { size, sha256: hash.digest('hex') };
    }
    return null;
  } finally {
    if (stream instanceof Readable) stream.destroy();
  }
}

/** Bits of the modes that Docker's API tells, which are those of Go's `os.FileMode`. */
const goMode: readonly (readonly [bit: number, type: FileType])[] = [
  [2 ** 31, 'directory'],
  [2 ** 27, 'symlink'],
  [2 ** 26, 'other'],
  [2 ** 25, 'fifo'],
  [2 ** 24, 'socket'],
];
const goSpecialBits: readonly (readonly [bit: number, mode: number])[] = [
  [2 ** 23, 0o4000],
  [2 ** 22, 0o2000],
  [2 ** 20, 0o1000],
];

async function typeOf(
  container: Docker.Container,
  path: string,
): Promise<{ readonly type: FileType; readonly mode: number }> {
  const info: { headers: Record<string, string | undefined> } = await container.infoArchive({ path });
  const header = info.headers['x-docker-container-path-stat'] ?? '';
  const { mode }: { mode: number } = JSON.parse(Buffer.from(header, 'base64').toString());
  const has = (bit: number): boolean => Math.floor(mode / bit) % 2 === 1;
  const type = goMode.find(([bit]) => has(bit))?.[1] ?? 'file';
  const special = goSpecialBits.reduce((bits, [bit, value]) => bits + (has(bit) ? value : 0), 0);
  return { type, mode: (mode % 0o1000) + special };
}
