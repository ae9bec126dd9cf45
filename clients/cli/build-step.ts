/** One step of an image build. */
export interface BuildStep {
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
