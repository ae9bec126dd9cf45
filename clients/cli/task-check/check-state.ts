import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { PlayedOn } from './try-task.ts';
import type { TaskVerdict } from './verdict.ts';

const Reward = z.number().nullable();

const Result = z.object({
  contentHash: z.string(),
  engine: z.string(),
  digest: z.string(),
  verdict: z.object({
    id: z.string(),
    index: z.number(),
    noOp: Reward,
    gold: Reward,
    wrong: z.array(Reward),
    cheats: z.array(Reward),
    gradeMs: z.number(),
    problems: z.array(
      z.object({
        requirement: z.enum(['begins', 'no-op', 'gold', 'wrong', 'cheats', 'again', 'verifier']),
        seen: z.string(),
        remedy: z.string(),
      }),
    ),
  }),
});
type Result = z.infer<typeof Result>;

/** Another format is not read. */
const FORMAT = 1;
const File = z.object({ format: z.literal(FORMAT), results: z.array(Result) });

/** Where the results of a check are, so that an interrupted one goes on. @param home the state folder */
export function checkStateFile(home: string, environment: string, dataset: string, place = ''): string {
  const other = place === '' ? '' : `-${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
  return join(home, 'checks', `${environment}-${dataset}${other}.json`);
}

/**
 * The results of a check in a file. Each belongs to the content of its task and of its image: another content is another task. The file
 * is replaced as a whole.
 */
export class CheckState {
  readonly #path: string;
  readonly #results = new Map<string, Result>();
  #isOutdated = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, results: readonly Result[]) {
    this.#path = path;
    for (const result of results) this.#results.set(result.verdict.id, result);
  }

  /** Read what is there. A file that cannot be read counts as none. */
  static async open(path: string): Promise<CheckState> {
    const text = await readFile(path, 'utf8').catch(() => null);
    const parsed = File.safeParse(text === null ? null : parsedOrNull(text));
    return new CheckState(path, parsed.success ? parsed.data.results : []);
  }

  /** The result of a task with this content, by any image. */
  known(id: string, contentHash: string): { readonly verdict: TaskVerdict; readonly on: PlayedOn } | null {
    const result = this.#results.get(id);
    if (result === undefined || result.contentHash !== contentHash) return null;
    const { verdict, engine, digest } = result;
    return { verdict, on: { engine, digest } };
  }

  /** Keep a result. It is written in the background. */
  keep(contentHash: string, on: PlayedOn, verdict: TaskVerdict): void {
    const result = Result.parse({ contentHash, ...on, verdict });
    this.#results.set(verdict.id, result);
    if (this.#isOutdated) return;
    this.#isOutdated = true;
    this.#writing = this.#writing.then(() => this.#write());
  }

  /** Settles when all results are in the file. @throws the system's error if the file cannot be written */
  written(): Promise<void> {
    return this.#writing;
  }

  async #write(): Promise<void> {
    this.#isOutdated = false;
    const unfinished = `${this.#path}.${process.pid}`;
    const text = JSON.stringify({ format: FORMAT, results: [...this.#results.values()] });
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(unfinished, `${text}\n`);
      await rename(unfinished, this.#path);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
