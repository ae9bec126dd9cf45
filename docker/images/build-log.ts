import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SandboxError } from '../errors.ts';

export interface BuildLogOptions {
  /** Folder for the logs of failed builds; it is created when missing. */
  readonly logs: string;
  /** Name of the image: its log is `<logs>/<image>.log`. */
  readonly image: string;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Run a build and log its lines. The log of a build that fails is kept until the image is built again. If no log can be
 * written, the build continues without one.
 * @throws {SandboxError} `start_failed` or the builder's own code; the message names the log
 */
export async function withBuildLog<T>(
  { logs, image, onLine, signal }: BuildLogOptions,
  build: (onLine: (line: string) => void) => Promise<T>,
): Promise<T> {
  const log = new BuildLog(join(logs, `${image}.log`));
  try {
    const built = await build((line) => {
      log.write(line);
      onLine(line);
    });
    log.remove();
    return built;
  } catch (cause) {
    if (signal?.aborted) {
      log.remove();
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    log.write(reason);
    const code = cause instanceof SandboxError ? cause.code : 'start_failed';
    throw new SandboxError(code, `${reason}${log.close()}`, { cause });
  }
}

/** A new log file. A write error ends the log, not the build. */
class BuildLog {
  readonly #path: string;
  #fd: number | null = null;

  constructor(path: string) {
    this.#path = path;
    this.#try(() => {
      mkdirSync(dirname(path), { recursive: true });
      this.#fd = openSync(path, 'w');
    });
  }

  write(line: string): void {
    this.#try((fd) => fd !== null && writeSync(fd, `${line.trimEnd()}\n`));
  }

  /** @returns a sentence for an error message that names the file; empty if there is no file */
  close(): string {
    if (this.#fd === null) return '';
    closeSync(this.#fd);
    this.#fd = null;
    return ` (log: ${this.#path})`;
  }

  remove(): void {
    this.close();
    this.#try(() => rmSync(this.#path, { force: true }));
  }

  #try(what: (fd: number | null) => unknown): void {
    try {
      what(this.#fd);
    } catch {
      this.close();
    }
  }
}
