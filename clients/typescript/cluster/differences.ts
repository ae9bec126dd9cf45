import type { ServerState } from '../../../protocol/server-state.ts';
import { ServersDifferError } from './errors.ts';

/** What a server plays, as far as its client has seen. */
export interface Played {
  readonly label: string;
  readonly datasets: ServerState['datasets'];
  /** Digests of images, by name and engine, as resets have told them. */
  readonly images: ReadonlyMap<string, string>;
}

/** In which dataset two servers differ, if in any. */
export function datasetsDiffer(one: Played, other: Played): ServersDifferError | undefined {
  const wrong = datasetDifference(one, other) ?? datasetDifference(other, one);
  return wrong === undefined ? undefined : new ServersDifferError(wrong);
}

/** In which image two servers differ, if in any that both have shown. */
export function imagesDiffer(one: Played, other: Played): ServersDifferError | undefined {
  const wrong = imageDifference(one, other);
  return wrong === undefined ? undefined : new ServersDifferError(wrong);
}

function datasetDifference(one: Played, other: Played): string | undefined {
  for (const { digest, environment, name, tasks } of one.datasets) {
    const same = other.datasets.find((set) => set.environment === environment && set.name === name);
    const what = `dataset ${name} of ${environment}`;
    if (same === undefined) return `${one.label} has the ${what}, ${other.label} has not`;
    if (same.digest !== digest) {
      return `the ${what} differs: ${one.label} has ${tasks} tasks (${short(digest)}), ${other.label} has ${same.tasks} (${short(same.digest)})`;
    }
  }
  return undefined;
}

function imageDifference(one: Played, other: Played): string | undefined {
  for (const [name, digest] of one.images) {
    const same = other.images.get(name);
    if (same !== undefined && same !== digest) {
      return `the image ${name} differs: ${one.label} has ${short(digest)}, ${other.label} has ${short(same)}`;
    }
  }
  return undefined;
}

/** Enough of a digest to tell two apart. */
function short(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
