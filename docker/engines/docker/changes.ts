import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { extract, type Header } from 'tar-stream';
import { z } from 'zod';
import { SandboxError } from '../../errors.ts';
import { hiddenPath } from '../../labels.ts';
import type { Bound, FileType, LayerChange, LayerDiff } from '../../sandbox.ts';
import { isEngineStatus } from './errors.ts';

/** What is at a path; `null` if nothing is. */
type Node = Omit<LayerChange, 'path' | 'kind'> | null;

/** The engine's answer to a path that the container deleted. */
const deletedKind = 2;

/** Requests to the engine at the same time. */
const parallel = 8;

/**
 * Bounds of one diff, whatever the agent left: bytes of the engine's list, paths in it, and bytes of contents in total.
 * Each path costs several requests to the engine.
 */
const bounds = { listBytes: 4 * 1024 * 1024, paths: 2_000, contentBytes: 512 * 1024 * 1024 } as const;

/** No system call accepts a longer path. */
const longestPath = 4095;

/** A file whose name is not valid text: the engine has lost the name and cannot read the file. */
const nameless: Node = { ...unknown(), type: 'other', mode: 0 };

/** Fields that the engine does not report. Attributes and links stay unknown: the engine's archives have neither. */
function unknown() {
  return { uid: null, gid: null, size: 0, sha256: null, device: null, attributes: null, link: null };
}

/** A bound was exceeded. */
class Exceeded extends Error {
  override readonly name = 'Exceeded';
  readonly bound: Bound;

  constructor(bound: Bound) {
    super(`more than the bound of ${bound}`);
    this.bound = bound;
  }
}

/**
 * Changes of a container as its engine reports them, for containers without layers. No program in the container takes
 * part. Of a deleted folder only the folder itself is reported.
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

  /** Make the present state the one that `diff` compares with. @throws {SandboxError} `died`, `file_too_large` */
  async mark(): Promise<void> {
    try {
      this.#baseline = await this.#state();
    } catch (cause) {
      if (!(cause instanceof Exceeded)) throw cause;
      throw new SandboxError('file_too_large', `The start state exceeds the bound of ${cause.bound}.`, {
        cause,
      });
    }
  }

  /** Differences since the last `mark`. @throws {SandboxError} `died` */
  async diff(): Promise<LayerDiff> {
    try {
      return { changes: await this.#changes(), exceeded: null };
    } catch (error) {
      if (error instanceof Exceeded) return { changes: [], exceeded: error.bound };
      throw error;
    }
  }

  async #changes(): Promise<LayerChange[]> {
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
    const listed = await listOf(this.#container);
    const isOurs = (path: string) => path === hiddenPath || path.startsWith(`${hiddenPath}/`);
    const all = listed.filter(({ Path }) => !isOurs(Path));
    if (all.length > bounds.paths) throw new Exceeded('files');
    const there = all.filter(({ Kind }) => Kind !== deletedKind).map(({ Path }) => Path);
    const nodes = new Map(await nodesOf(this.#container, there));
    for (const { Path, Kind } of all) {
      if (Kind === deletedKind) nodes.set(Path, null);
      else if (nodes.get(Path) === null && Path.includes('\ufffd')) nodes.set(Path, nameless);
    }
    return nodes;
  }
}

const ListedChanges = z.array(z.object({ Path: z.string(), Kind: z.int() })).nullable();

/** The engine's list of changed paths, read up to the bound. */
async function listOf(container: Docker.Container): Promise<readonly { Path: string; Kind: number }[]> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    const stream = await askForList(container);
    try {
      for await (const piece of stream) {
        size += piece.length;
        if (size > bounds.listBytes) throw new Exceeded('bytes');
        pieces.push(piece);
      }
    } finally {
      stream.destroy();
    }
    return ListedChanges.parse(JSON.parse(Buffer.concat(pieces).toString())) ?? [];
  } catch (cause) {
    if (cause instanceof Exceeded) throw cause;
    throw new SandboxError('died', 'The engine cannot list the changes of the container.', { cause });
  }
}

/** `container.changes()` as a stream: the answer may be longer than a JavaScript string can be. */
function askForList(container: Docker.Container): Promise<Readable> {
  const request = {
    path: `/containers/${container.id}/changes`,
    method: 'GET',
    isStream: true,
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    container.modem.dial(request, (error: unknown, stream: unknown) => {
      if (stream instanceof Readable) resolve(stream);
      else reject(error ?? new Error('the engine gave no stream'));
    });
  });
}

function compare(path: string, before: Node, after: Node): LayerChange | null {
  if (after === null) return before === null ? null : { path, kind: 'deleted', ...before };
  if (before === null) return { path, kind: 'added', ...after };
  if (before.type !== after.type) return { path, kind: 'type_changed', ...after };
  if (before.size !== after.size || before.sha256 !== after.sha256) {
    return { path, kind: 'modified', ...after };
  }
  if (before.device !== after.device) return { path, kind: 'modified', ...after };
  const same = before.mode === after.mode && before.uid === after.uid && before.gid === after.gid;
  return same ? null : { path, kind: 'mode_changed', ...after };
}

async function nodesOf(
  container: Docker.Container,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Node>> {
  const nodes = new Map<string, Node>();
  const queue = paths.values();
  let left: number = bounds.contentBytes;
  const read = (bytes: number): void => {
    left -= bytes;
    if (left < 0) throw new Exceeded('bytes');
  };
  const work = async (): Promise<void> => {
    for (const path of queue) nodes.set(path, await nodeOf(container, path, read));
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return nodes;
}

async function nodeOf(
  container: Docker.Container,
  path: string,
  read: (bytes: number) => void,
): Promise<Node> {
  if (Buffer.byteLength(path) > longestPath) throw new Exceeded('bytes');
  try {
    const type = await typeOf(container, path);
    // An archive has none.
    if (type.type === 'socket') return { ...unknown(), ...type };
    const facts = await firstOf(await container.getArchive({ path }), read);
    return facts === null ? null : { ...unknown(), ...type, ...facts };
  } catch (error) {
    if (error instanceof Exceeded) throw error;
    if (isEngineStatus(error, 404)) return null;
    throw new SandboxError('died', `The engine cannot read ${path} in the container.`, { cause: error });
  }
}

type FileFacts = Pick<LayerChange, 'uid' | 'gid'> & Partial<Pick<LayerChange, 'size' | 'sha256' | 'device'>>;

/** The first entry of an archive. What the engine would send after it, e.g. the contents of a folder, is not read. */
async function firstOf(
  stream: NodeJS.ReadableStream,
  read: (bytes: number) => void,
): Promise<FileFacts | null> {
  const archive = extract();
  stream.on('error', (error: Error) => archive.destroy(error));
  stream.pipe(archive);
  try {
    for await (const entry of archive) {
      const { type, linkname, size = 0, uid = null, gid = null } = entry.header;
      const owner = { uid, gid };
      if (type === 'symlink') {
        return {
          ...owner,
          sha256: createHash('sha256')
            .update(linkname ?? '')
            .digest('hex'),
        };
      }
      if (type === 'file') return { ...owner, size, sha256: await digestOf(Readable.from(entry), read) };
      return { ...owner, device: deviceOf(entry.header) };
    }
    return null;
  } finally {
    if (stream instanceof Readable) stream.destroy();
  }
}

function deviceOf({ type, devmajor = 0, devminor = 0 }: Header): string | null {
  if (type !== 'character-device' && type !== 'block-device') return null;
  return `${type === 'block-device' ? 'b' : 'c'} ${devmajor}:${devminor}`;
}

/** The whole content or nothing: a sparse file of any size costs nothing to make, but all of it would have to be read. */
async function digestOf(content: Readable, read: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    read(chunk.length);
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Bits of the modes in Docker's API, which are those of Go's `os.FileMode`. */
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
