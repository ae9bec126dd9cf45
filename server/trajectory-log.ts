import { createHash, hash, randomBytes } from 'node:crypto';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type TrajectoryEvent } from '../protocol/trajectory.ts';
import { inTurns, isLarge, jsonPieces } from './answer-text.ts';
import { LineFile, unwritable } from './line-file.ts';

/** Where one episode's events go, each written before the client is told of it. A promise is returned for large ones alone. */
export interface TrajectoryFile {
  /** Path of the file; `null` where none is kept. */
  readonly path: string | null;
  /** @throws {ProtocolError} `internal_error`; the event stays pending and `flush` writes it */
  write(event: TrajectoryEvent): void | Promise<void>;
  /** Write what an earlier fault left pending. @throws {ProtocolError} `internal_error` */
  flush(): void | Promise<void>;
  /** Flush and close; a second call does nothing. @throws {ProtocolError} `internal_error` */
  close(): void | Promise<void>;
  /** Close and remove it: the episode did not begin. Never throws. */
  discard(): void;
}

/** Hex SHA-256 of a value's canonical JSON. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

/** The same; a large value is hashed in turns of the event loop. */
export function observationHash(value: unknown): string | Promise<string> {
  return isLarge(value) ? hashInTurns(value) : hashOf(value);
}

async function hashInTurns(value: unknown): Promise<string> {
  const digest = createHash('sha256');
  await inTurns(jsonPieces(value, true), (text) => digest.update(text));
  return digest.digest('hex');
}

/** A file name for any episode id: no separators, no leading dot, at most 80 characters of the id. */
export function fileNameOf(episodeId: string): string {
  const safe = episodeId.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe.slice(0, 80);
}

const NOTHING: TrajectoryFile = { path: null, write() {}, flush() {}, close() {}, discard() {} };

export interface TrajectoryLogOptions {
  /** Folder of the files; `null` keeps none. It is made when missing. */
  readonly folder: string | null;
  /** Force every line to the disk. @default false */
  readonly fsync?: boolean;
}

/** Opens one file per episode. */
export class TrajectoryLog {
  readonly #folder: string | null;
  readonly #fsync: boolean;

  /** @throws {Error} when the folder cannot be made */
  constructor(options: TrajectoryLogOptions) {
    this.#folder = options.folder;
    this.#fsync = options.fsync ?? false;
    if (this.#folder !== null) mkdirSync(this.#folder, { recursive: true });
  }

  /**
   * A new file for an episode. An id that was used before gets a suffix: no file is ever written over.
   * @throws {ProtocolError} `internal_error`
   */
  open(episodeId: string): TrajectoryFile {
    if (this.#folder === null) return NOTHING;
    const name = fileNameOf(episodeId);
    for (const suffix of ['', `.${randomBytes(6).toString('hex')}`]) {
      const path = join(this.#folder, `${name}${suffix}.jsonl`);
      try {
        return new LineFile(path, openSync(path, 'ax'), this.#fsync);
      } catch (error) {
        const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
        if (!taken || suffix !== '') throw unwritable(error);
      }
    }
    throw unwritable('no free file name');
  }
}
