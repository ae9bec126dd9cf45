/** One thing that an engine, or a server, needs of this machine, and whether it is there. */
export interface Finding {
  readonly name: string;
  /** `warn`: works, but not at its best; `bad`: missing. */
  readonly status: 'ok' | 'warn' | 'bad';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Outcome of a trial run of a program. */
export interface ProgramRun {
  readonly ok: boolean;
  /** First line of its output, or why it could not run. */
  readonly line: string;
}

/** What is looked at on this machine. Tests give another one. */
export interface Look {
  readonly isRoot: boolean;
  run(program: string, ...args: string[]): Promise<ProgramRun>;
  /** Content of a file; `null` if it cannot be read. */
  read(path: string): Promise<string | null>;
}
