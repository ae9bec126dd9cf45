import type { ImageDefinition } from '../image-definition.ts';
import { isStored } from './storing-builder.ts';

/** The definitions of a server's images, by name. A reload of its datasets replaces them. */
export class KnownImages {
  #byName: ReadonlyMap<string, ImageDefinition> = new Map();

  constructor(definitions: readonly ImageDefinition[]) {
    this.replace(definitions);
  }

  /** Of two of the same name the first one counts. Those that are gone stay known: episodes may go on in them. */
  replace(definitions: readonly ImageDefinition[]): void {
    const byName = new Map<string, ImageDefinition>();
    for (const definition of definitions) {
      if (!byName.has(definition.name)) byName.set(definition.name, definition);
    }
    this.#byName = new Map([...this.#byName, ...byName]);
  }

  get(name: string): ImageDefinition | undefined {
    return this.#byName.get(name);
  }

  /** The definition of an image of the image store. */
  stored(name: string): ImageDefinition | undefined {
    const found = this.#byName.get(name);
    return found !== undefined && isStored(found) ? found : undefined;
  }

  /** The image of this name and those that it is made from, so that a build reads no files of other datasets. */
  lineage(name: string, below: readonly string[] = []): ImageDefinition[] {
    const own = this.#byName.get(name);
    if (own === undefined || below.includes(name)) return [];
    return [...this.lineage(own.from, [...below, name]), own];
  }
}
