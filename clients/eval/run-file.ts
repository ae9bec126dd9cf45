import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { AttemptResult } from './attempt.ts';

/** The first line of a run's file: what was evaluated, so that only the same run goes on with it. */
export const RunHead = z.object({
  run: z.literal('stepwell-eval'),
  version: z.literal(1),
  agent: z.string(),
  environment: z.string(),
  dataset: z.string(),
  options: z.record(z.string(), z.unknown()),
  samples: z.number().int().min(1),
});
export type RunHead = z.infer<typeof RunHead>;

/** The results of a run as they come, one JSON line each. A run that was interrupted goes on with its file. */
export class RunFile {
  readonly #path: string | null;
  /** Those that an interrupted run has left. */
  readonly done: readonly AttemptResult[];

  /**
   * @param path `null` keeps none
   * @throws {Error} if the file is of another run
   */
  constructor(path: string | null, head: RunHead) {
    this.#path = path;
    if (path === null) {
      this.done = [];
    } else if (existsSync(path)) {
      this.done = readLeft(path, head);
    } else {
      writeFileSync(path, `${JSON.stringify(head)}\n`);
      this.done = [];
    }
  }

  add(result: AttemptResult): void {
    if (this.#path !== null) appendFileSync(this.#path, `${JSON.stringify(result)}\n`);
  }
}

function readLeft(path: string, head: RunHead): AttemptResult[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // The last line was cut when the run was interrupted.
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  const [first = '', ...lines] = whole.trimEnd().split('\n');
  const found = RunHead.safeParse(jsonOf(first));
  if (!found.success) throw new Error(`--out: ${path} is not the file of a run: name another one`);
  if (JSON.stringify(found.data) !== JSON.stringify(RunHead.parse(head))) {
    throw new Error(
      `--out: ${path} is of another run (${found.data.agent} on ${found.data.dataset}, or other options): name another file, or remove it`,
    );
  }
  // An attempt that a failure ended is made again.
  return lines.flatMap((line) => {
    const result = AttemptResult.safeParse(jsonOf(line));
    return result.success && result.data.failure === null ? [result.data] : [];
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
