import { type BuildStep, buildStep } from './build-step.ts';
import { styled, type Terminal } from './terminal.ts';

const WIDTH = 110;
const BAR_WIDTH = 20;
const TICK_MS = 1_000;

/** Shows image builds while a server runs. */
export interface BuildProgress {
  /** Called for each line of the builder. */
  onBuild(image: string, line: string): void;
  /** Called when a build has ended; `ok` is false for one that failed. */
  onBuilt(image: string, ok: boolean): void;
}

/** A build, as one line that is written over: for a terminal on which nothing else writes meanwhile. */
class BuildBar {
  readonly #terminal: Terminal;
  readonly #image: string;
  readonly #since: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #step: BuildStep = { what: 'starting' };

  constructor(terminal: Terminal, image: string, now: () => number) {
    this.#terminal = terminal;
    this.#image = image;
    this.#now = now;
    this.#since = now();
    this.#timer = setInterval(() => this.#draw(), TICK_MS);
    this.#timer.unref();
    this.#draw();
  }

  begin(step: BuildStep): void {
    this.#step = step;
    this.#draw();
  }

  end(ok: boolean): void {
    clearInterval(this.#timer);
    this.#write(ok ? `built the image ${this.#image} in ${this.#seconds()}\n` : '');
  }

  #draw(): void {
    const { what, number, of } = this.#step;
    const counted = number !== undefined && of !== undefined;
    const full = counted ? Math.round(((number - 1) / of) * BAR_WIDTH) : 0;
    const bar = counted ? ` [${'#'.repeat(full).padEnd(BAR_WIDTH, '-')}] ${number}/${of}` : '';
    this.#write(`building the image ${this.#image}${bar} ${this.#seconds()} ${what}`);
  }

  #seconds(): string {
    return `${Math.round((this.#now() - this.#since) / 1_000)} s`;
  }

  #write(line: string): void {
    const { errors } = this.#terminal;
    const columns = 'columns' in errors && Number(errors.columns) > 0 ? Number(errors.columns) : WIDTH;
    const fits = line.endsWith('\n') ? line : line.slice(0, columns - 1);
    errors.write(`\r\u001b[K${fits}`);
  }
}

/**
 * Show on standard error what is being built.
 * @param isAlone whether nothing else writes there; a terminal then gets a progress bar, everything else a line per step
 */
export function showBuilds(
  terminal: Terminal,
  isAlone: boolean,
  now: () => number = () => performance.now(),
): BuildProgress {
  const bars = new Map<string, BuildBar>();
  const told = new Set<string>();
  const hasBar = isAlone && 'isTTY' in terminal.errors && terminal.errors.isTTY === true;
  return {
    onBuild(image, line) {
      const step = buildStep(line);
      if (hasBar) {
        const bar = bars.get(image) ?? new BuildBar(terminal, image, now);
        bars.set(image, bar);
        if (step !== null) bar.begin(step);
        return;
      }
      if (!told.has(image)) {
        told.add(image);
        terminal.errors.write(`building the image ${image}; this is done once, and may take a few minutes\n`);
      }
      if (step !== null) terminal.errors.write(`${styled(terminal, 'dim', stepLine(step))}\n`);
    },
    onBuilt(image, ok) {
      bars.get(image)?.end(ok);
      bars.delete(image);
      told.delete(image);
    },
  };
}

function stepLine({ what, number, of }: BuildStep): string {
  const count = number === undefined ? '' : `step ${number} of ${of}: `;
  return `  ${count}${what}`.slice(0, WIDTH);
}
