import { TrajectoryEvent } from '../../protocol/trajectory.ts';
import { linesOf } from '../trajectory/lines.ts';
import { type Summary, SummaryOf } from './summary.ts';

/** Reads a trajectory as far as it has been written, and goes on there the next time. */
export class FileSummary {
  readonly #path: string;
  readonly #sum = new SummaryOf();
  /** End of the last line that was read, in bytes. */
  #end = 0;
  #line = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return this.#end;
  }

  /**
   * @returns `undefined` while the first line is not complete
   * @throws {Error} if the file cannot be read, or a line is no event of a version that this program reads
   */
  async read(): Promise<Summary | undefined> {
    for await (const [text, end] of linesOf(this.#path, this.#end)) {
      this.#line += 1;
      this.#sum.take(eventIn(text, this.#line));
      this.#end = end;
    }
    return this.#sum.summary;
  }
}

/** @param line from 1 @throws {Error} with the reason */
function eventIn(text: string, line: number): TrajectoryEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`line ${line} is not JSON`);
  }
  const event = TrajectoryEvent.safeParse(value);
  if (!event.success) {
    const [issue] = event.error.issues;
    throw new Error(
      `line ${line} is no event that this version reads (${issue?.path.join('.')}: ${issue?.message})`,
    );
  }
  if (line === 1 && event.data.event !== 'reset') throw new Error('it does not begin with a reset event');
  return event.data;
}
