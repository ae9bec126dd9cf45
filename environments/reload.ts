import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { ImageDefinition } from '../docker/image-definition.ts';
import { DatasetError } from './dataset-error.ts';
import { loadDatasets } from './dataset-store.ts';
import type { EnvironmentDefinition } from './definition.ts';
import type { Environment } from './environment.ts';
import type { StoredDataset } from './playable-dataset.ts';
import { refuseBuiltInNames } from './registry.ts';

export interface ReloaderParts {
  /** The state folder, which has the imported datasets. */
  readonly home: string;
  /** Paths of more datasets, by name. */
  readonly added: Readonly<Record<string, string>>;
  readonly definitions: readonly EnvironmentDefinition[];
  /** They have these datasets. */
  readonly environments: readonly Environment[];
  readonly datasets: readonly StoredDataset[];
  /** Called when the environments have other datasets. */
  readonly onReloaded: () => void;
}

/** What a reload has found of a dataset. */
export interface ReloadedDataset {
  readonly environment: string;
  readonly name: string;
  /** 0 for one that is gone. */
  readonly tasks: number;
  /** Of its records; files that only grades read are read again in any case. */
  readonly change: 'added' | 'changed' | 'removed' | 'same';
}

/**
 * Loads the datasets of a server again. All of them are read and checked before the first one is replaced; episodes keep the
 * dataset that they began with.
 */
export class Reloader {
  readonly #parts: ReloaderParts;
  #datasets: readonly StoredDataset[];
  #images: ReadonlyMap<string, unknown>;
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
    this.#datasets = parts.datasets;
    this.#images = marksOf(parts.environments);
  }

  /** One reload at a time. @throws {DatasetError} the datasets are as before */
  reload(): Promise<ReloadedDataset[]> {
    const reloading = this.#running.then(() => this.#reload());
    this.#running = reloading.catch(() => {});
    return reloading;
  }

  async #reload(): Promise<ReloadedDataset[]> {
    const { home, added, definitions, environments, onReloaded } = this.#parts;
    const datasets = await loadDatasets(home, added, definitions);
    refuseBuiltInNames(definitions, datasets);
    const before = this.#datasets;
    const images = new Map(this.#images);
    for (const dataset of datasets) this.#refuseOtherImage(dataset, images);
    const places = environments.flatMap((environment) => environment.prepareDatasets?.(datasets) ?? []);
    for (const place of places) place();
    this.#datasets = datasets;
    this.#images = new Map([...images, ...marksOf(environments)]);
    onReloaded();
    return changesOf(before, datasets);
  }

  /** Sandboxes of the image that there was may be in use, and its episodes are graded in others. */
  #refuseOtherImage({ name, definition }: StoredDataset, images: Map<string, unknown>): void {
    if (definition === null) return;
    const mark = markOf(definition);
    const known = images.get(definition.name);
    images.set(definition.name, mark);
    if (known === undefined || isDeepStrictEqual(known, mark)) return;
    const file = definition.tree ?? name;
    throw new DatasetError(
      { file, field: 'image' },
      `the image ${definition.name} has changed under the same name; restart the server to load it, or give it another name`,
    );
  }
}

/** The images of environments, by name, with what shows that one has changed. */
function marksOf(environments: readonly Environment[]): Map<string, unknown> {
  return new Map(environments.flatMap(({ images }) => images).map((image) => [image.name, markOf(image)]));
}

function markOf(image: ImageDefinition): unknown {
  const { bases, ...own } = image;
  if (image.tree === undefined) return own;
  const { size, mtimeMs, ino } = statSync(image.tree);
  return { ...own, size, mtimeMs, ino };
}

function changesOf(before: readonly StoredDataset[], after: readonly StoredDataset[]): ReloadedDataset[] {
  const named = (datasets: readonly StoredDataset[]) => new Map(datasets.map((one) => [one.name, one]));
  const [old, now] = [named(before), named(after)];
  const found = after.map(({ environment, name, ...dataset }): ReloadedDataset => {
    const former = old.get(name);
    const same = former !== undefined && isDeepStrictEqual(former, now.get(name));
    const change = former === undefined ? 'added' : same ? 'same' : 'changed';
    return { environment, name, tasks: dataset.tasks.length, change };
  });
  const gone = before
    .filter(({ name }) => !now.has(name))
    .map(({ environment, name }): ReloadedDataset => ({ environment, name, tasks: 0, change: 'removed' }));
  return [...found, ...gone];
}
