import { createHash, hash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProtocolError } from '../../protocol/errors.ts';
import { canonicalJson, type TrajectoryEvent, trajectoryPath } from '../../protocol/trajectory.ts';
import { inTurns, isLarge, jsonPieces } from '../json/answer-text.ts';
import { LineFile, unwritable } from './line-file.ts';
import type { FileLines } from './lines.ts';

/** The log of one episode. Each event is written before its answer is sent. Only large events return a promise. */
export interface TrajectoryFile {
  /** Path of the file; `null` if none is kept. */
  readonly path: string | null;
  /** Number of the line that the next event gets, from 0; `null` if none is kept. */
  readonly next: number | null;
  /** @throws {ProtocolError} `internal_error`; the event stays pending and `flush` writes it */
  write(event: TrajectoryEvent): void | Promise<void>;
  /** Append lines of another trajectory as they are. @throws {ProtocolError} `internal_error`; none of them is appended then */
  append(lines: FileLines): Promise<void>;
  /** Write pending events. @throws {ProtocolError} `internal_error` */
  flush(): void | Promise<void>;
  /** The event of a written line, also after the file is closed. @throws {Error} it cannot be read */
  read(line: number): Promise<unknown>;
  /** Flush and close; a second call does nothing. @throws {ProtocolError} `internal_error` */
  close(): void | Promise<void>;
  /** Close and delete it: the episode did not begin. Never throws. */
  discard(): void;
}

/** SHA-256 of a value's canonical JSON, in hex. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

/** The same. A large value is hashed in several turns of the event loop. */
export function observationHash(value: unknown): string | Promise<string> {
  return isLarge(value) ? hashInTurns(value) : hashOf(value);
}

async function hashInTurns(value: unknown): Promise<string> {
  const digest = createHash('sha256');
  await inTurns(jsonPieces(value, true), (text) => digest.update(text));
  return digest.digest('hex');
}

const NOTHING: TrajectoryFile = {
  path: null,
  next: null,
  write() {},
  append: async () => {},
  flush() {},
  read: async () => {
    throw new Error('no trajectory is kept');
  },
  close() {},
  discard() {},
};

export interface TrajectoryLogOptions {
  /** Folder of the files, made if missing; `null` keeps none. */
  readonly folder: string | null;
  /** Flush every line to the disk. @default false */
  readonly fsync?: boolean;
}

/** What was read of a file. */
export interface ReadLines {
  /** End of each complete line, in bytes. */
  readonly ends: readonly number[];
  /** Size of the file, in bytes. */
  readonly size: number;
}

/** Opens one file per episode, in a folder per day. */
export class TrajectoryLog {
  /** `null` if none are kept. */
  readonly folder: string | null;
  readonly #fsync: boolean;
  readonly #open = new Set<string>();

  /** @throws {Error} when the folder cannot be made */
  constructor(options: TrajectoryLogOptions) {
    this.folder = options.folder;
    this.#fsync = options.fsync ?? false;
    if (this.folder !== null) mkdirSync(this.folder, { recursive: true });
  }

  /** Files that episodes still write to. */
  get openPaths(): Iterable<string> {
    return this.#open;
  }

  /** Whether an episode still writes to this file. */
  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  /**
   * A new file for an episode. If the id was used before on this day, it gets a suffix: no file is overwritten.
   * @throws {ProtocolError} `internal_error`
   */
  open(episodeId: string): TrajectoryFile {
    if (this.folder === null) return NOTHING;
    const whole = join(this.folder, trajectoryPath(episodeId, new Date()));
    try {
      return this.#new(whole);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw unwritable(error);
    }
    try {
      return this.#new(whole.replace(/jsonl$/, `${randomBytes(6).toString('hex')}.jsonl`));
    } catch (error) {
      throw unwritable(error);
    }
  }

  #new(path: string): TrajectoryFile {
    const fd = openNew(path);
    this.#open.add(path);
    return new LineFile(path, fd, { fsync: this.#fsync, onClose: () => this.#open.delete(path) });
  }

  /**
   * Go on with the file of an episode that a server of before has left. An incomplete last line is removed.
   * @throws {ProtocolError} `episode_not_found` if another server has written to it since it was read; `internal_error`
   */
  reopen(path: string, { ends, size }: ReadLines): TrajectoryFile {
    const fd = openLeft(path, ends.at(-1) ?? 0, size);
    this.#open.add(path);
    const onClose = (): boolean => this.#open.delete(path);
    return new LineFile(path, fd, { fsync: this.#fsync, onClose, ends });
  }
}

/** Open a file of this size, and cut it. @throws {ProtocolError} */
function openLeft(path: string, end: number, size: number): number {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'a');
    if (fstatSync(fd).size !== size) {
      throw new ProtocolError('episode_not_found', 'Another server has gone on with this episode.');
    }
    ftruncateSync(fd, end);
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw error instanceof ProtocolError ? error : unwritable(error);
  }
}

/** Open a new file. The first one of a day creates the day's folder. */
function openNew(path: string): number {
  try {
    return openSync(path, 'ax');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    makeDay(dirname(path));
    return openSync(path, 'ax');
  }
}

/** Another server may have created it already. The folder above is not created: it may be an unmounted disk. */
function makeDay(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
