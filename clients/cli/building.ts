import { bar, isTerminal, StatusLine } from './progress.ts';
import { styled, type Terminal } from './terminal.ts';

/** One step of an image build. */
interface BuildStep {
  /** E.g. `RUN apt-get update`. */
  readonly what: string;
  /** Number of this step, from 1, and the number of steps, if the builder counts them. */
  readonly number?: number;
  readonly of?: number;
}

/** What `mmdebstrap` reports, in order. */
const BOOTSTRAP = [
  'running apt-get update',
  'downloading packages',
  'extracting archives',
  'installing essential packages',
  'installing remaining packages',
  'running --customize-hook',
  'cleaning package lists',
  'creating tarball',
] as const;

/** Lines of our own builders, among those of the programs that they run. */
const OWN = /^(pulling |no registry answers|unpacking its files|running its script)/;

/** The step that begins with a builder's line; `null` for a line within a step. */
export function buildStep(line: string): BuildStep | null {
  const docker = /^Step (\d+)\/(\d+) : (.*)/.exec(line);
  if (docker !== null) return { what: docker[3] ?? '', number: Number(docker[1]), of: Number(docker[2]) };
  const stage = BOOTSTRAP.findIndex((words) => line.startsWith(words));
  if (stage >= 0) return { what: BOOTSTRAP[stage] ?? '', number: stage + 1, of: BOOTSTRAP.length };
  return OWN.test(line) ? { what: line.trim() } : null;
}

const WIDTH = 110;
const TICK_MS = 1_000;

/** Shows the progress of image builds. */
export interface BuildProgress {
  /** Called for each line of the builder. */
  onBuild(image: string, line: string): void;
  /** Called when a build has ended; `ok` is false for one that failed. */
  onBuilt(image: string, ok: boolean): void;
}

/** Progress of one build on the terminal's status line. */
class BuildBar {
  readonly #line: StatusLine;
  readonly #image: string;
  readonly #since: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #step: BuildStep = { what: 'starting' };

  constructor(terminal: Terminal, image: string, now: () => number) {
    this.#line = new StatusLine(terminal.errors);
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
    this.#line.end(ok ? `built the image ${this.#image} in ${this.#seconds()}` : '');
  }

  #draw(): void {
    const { what, number, of } = this.#step;
    const counted = number !== undefined && of !== undefined;
    const done = counted ? ` ${bar((number - 1) / of)} ${number}/${of}` : '';
    this.#line.show(`building the image ${this.#image}${done} ${this.#seconds()} ${what}`);
  }

  #seconds(): string {
    return `${Math.round((this.#now() - this.#since) / 1_000)} s`;
  }
}

/**
 * Show image builds on standard error: a progress bar on a terminal, else one line per step.
 * @param isAlone whether nothing else writes there; otherwise a terminal gets lines, too
 */
export function showBuilds(
  terminal: Terminal,
  isAlone: boolean,
  now: () => number = () => performance.now(),
): BuildProgress {
  const bars = new Map<string, BuildBar>();
  const announced = new Set<string>();
  const hasBar = isAlone && isTerminal(terminal.errors);
  return {
    onBuild(image, line) {
      const step = buildStep(line);
      if (hasBar) {
        const bar = bars.get(image) ?? new BuildBar(terminal, image, now);
        bars.set(image, bar);
        if (step !== null) bar.begin(step);
        return;
      }
      if (!announced.has(image)) {
        announced.add(image);
        terminal.errors.write(`building the image ${image}; this is done once, and may take a few minutes\n`);
      }
      if (step !== null) terminal.errors.write(`${styled(terminal, 'dim', stepLine(step))}\n`);
    },
    onBuilt(image, ok) {
      bars.get(image)?.end(ok);
      bars.delete(image);
      announced.delete(image);
    },
  };
}

function stepLine({ what, number, of }: BuildStep): string {
  const count = number === undefined ? '' : `step ${number} of ${of}: `;
  return `  ${count}${what}`.slice(0, WIDTH);
}
