import { isDeepStrictEqual } from 'node:util';
import type { ImageDefinition } from '../docker/image-definition.ts';
import type { EnvironmentDefinition } from './definition.ts';

/** Prefix of a `from` that names an image of Docker. */
const FOREIGN = 'docker:';
/** The beginning of a `from` that only Docker can make. */
const OF_DOCKER = /^(docker|dockerfile):./;

function imagesIn(definition: EnvironmentDefinition): ImageDefinition[] {
  return [...definition.images, ...definition.imagesOf(definition.builtIn)];
}

/** The images that environments may name, each with one owner: a later image of the same name would replace the first. */
export class DefinedImages {
  /** Built-in images have no parent here. */
  readonly #parents = new Map<string, string | null>();
  readonly #owners = new Map<string, string>();
  readonly #builtIn: readonly string[];

  /** @param builtIn names of the images that need no definition */
  constructor(builtIn: readonly string[]) {
    this.#builtIn = builtIn;
    for (const name of builtIn) {
      this.#parents.set(name, null);
      this.#owners.set(name, 'Stepwell');
    }
  }

  /**
   * Add the images of a definition.
   * @param owner for the message about a later definition
   * @returns why one of its names cannot be used; `null` if all can
   */
  add(definition: EnvironmentDefinition, owner: string): string | null {
    const own = imagesIn(definition);
    for (const image of own) {
      const other = this.#owners.get(image.name);
      if (other !== undefined) return `image ${image.name}: ${other} already has an image of this name`;
      if (own.some((one) => one.name === image.name && !isDeepStrictEqual(one, image))) {
        return `image ${image.name}: it defines two images of this name`;
      }
    }
    for (const { name, from } of own) {
      this.#parents.set(name, from);
      this.#owners.set(name, owner);
    }
    return null;
  }

  /** Why an image that a definition names cannot be made; `null` if all can. All definitions have been added. */
  unknownIn(definition: EnvironmentDefinition): string | null {
    for (const name of [definition.image, definition.builtIn.image]) {
      if (!this.#parents.has(name)) return `image ${name}: ${this.#nobody(name)}`;
    }
    for (const { name } of imagesIn(definition)) {
      const fault = this.#lineageFault(name);
      if (fault !== null) return `image ${name}: ${fault}`;
    }
    return null;
  }

  #lineageFault(name: string): string | null {
    const seen = new Set([name]);
    for (let from = this.#parents.get(name) ?? null; from !== null; from = this.#parents.get(from) ?? null) {
      if (OF_DOCKER.test(from)) return null;
      if (!this.#parents.has(from)) return `from ${from}: ${this.#nobody(from)}`;
      if (seen.has(from)) return `from ${from}: it is made from itself`;
      seen.add(from);
    }
    return null;
  }

  #nobody(name: string): string {
    const known = `no image has this name; built in are ${this.#builtIn.join(', ')}`;
    return name.startsWith(FOREIGN) ? `${known}; give an image with this as its \`from\`` : known;
  }
}
