import { messageOf, SandboxError } from '../errors.ts';
import type { ImageDefinition } from '../image-definition.ts';
import type { ImageRef } from '../sandbox.ts';
import type { BuiltImage, ImageBuilder, OnLine } from './builder.ts';
import { type AnyDefinition, foreignReference, isPackageImage } from './definitions.ts';
import { engineReference, type Recipe } from './recipe.ts';
import { ImageStoreError } from './store/errors.ts';
import type { ImageStore } from './store/store.ts';
import type { AddedImage, StoredImage } from './store/stored.ts';

/** Whether an image of this definition is kept in the image store. */
export function isStored(definition: AnyDefinition): definition is ImageDefinition {
  return !isPackageImage(definition) && definition.stored === true;
}

/**
 * The name of a definition's image in the store: its own, or `name` of `docker:name` where the store has such an image.
 */
export async function nameInStore(definition: ImageDefinition, store: ImageStore): Promise<string> {
  const reference = foreignReference(definition);
  const asked = reference === null ? null : (definition.bases?.[reference] ?? reference);
  return asked !== null && (await store.digestOf(asked)) !== null ? asked : definition.name;
}

/** Builds images for an engine, and brings those of the store into it, without the runner. */
export class StoringBuilder implements ImageBuilder {
  readonly #builder: ImageBuilder;
  readonly #store: ImageStore;
  readonly #makeRoom: () => Promise<void>;

  /** @param makeRoom gives up images that are in use for nobody, before a second attempt to add one @default none are */
  constructor(builder: ImageBuilder, store: ImageStore, makeRoom = async (): Promise<void> => {}) {
    this.#builder = builder;
    this.#store = store;
    this.#makeRoom = makeRoom;
  }

  /**
   * An image that someone has added under the name of a definition from an archive or a root is up to date: so is any where
   * the engine builds none.
   */
  async isCurrent(recipe: Recipe): Promise<boolean> {
    const { definition } = recipe;
    if (!isStored(definition)) return this.#builder.isCurrent(recipe);
    const name = await nameInStore(definition, this.#store);
    const found = await this.#find(name);
    if (found === null || name !== definition.name) return found !== null;
    if (this.#builder.bring === undefined || !found.source.startsWith('docker:')) return true;
    return found.source === `docker:${engineReference(recipe)}`;
  }

  async build(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<ImageRef> {
    const { definition, name } = recipe;
    if (!isStored(definition)) return this.#builder.build(recipe, onLine, signal);
    if (this.#builder.bring === undefined) throw notInStore(definition);
    const place = await this.#builder.bring(recipe, onLine, signal);
    try {
      const { digest, evicted } = await this.#add(name, place, onLine, signal);
      for (const other of evicted) onLine(`evicted ${other} from the image store`);
      return { name, digest };
    } catch (error) {
      if (!(error instanceof ImageStoreError)) throw error;
      const code = isNoRoom(error) ? 'no_space' : 'start_failed';
      throw new SandboxError(code, `The image store cannot take it: ${messageOf(error)}.`, { cause: error });
    }
  }

  async #add(name: string, place: string, onLine: OnLine, signal?: AbortSignal): Promise<AddedImage> {
    const onProgress = (doing: string): void => onLine(`${doing} (image store)`);
    const add = () => this.#store.add(name, { kind: 'docker', place }, { signal, onProgress });
    try {
      return await add();
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      await this.#makeRoom();
      return await add();
    }
  }

  /** Those of the engine. */
  list(): Promise<BuiltImage[]> {
    return this.#builder.list();
  }

  /** `null` if it is not there, or has lost a layer. */
  async #find(name: string): Promise<StoredImage | null> {
    try {
      return await this.#store.get(name);
    } catch (error) {
      if (error instanceof ImageStoreError && ['not_found', 'failed'].includes(error.code)) return null;
      throw error;
    }
  }
}

function isNoRoom(error: unknown): boolean {
  return error instanceof ImageStoreError && ['no_space', 'over_cap'].includes(error.code);
}

/** The error of an engine that builds no images of Dockerfiles, and pulls none. */
function notInStore(definition: ImageDefinition): SandboxError {
  const { name, from } = definition;
  const remedy = `where there is one, build it, save it (docker save -o image.tar …), and add it here: stepwell images add ${name} --from oci:image.tar`;
  return new SandboxError(
    'image_missing',
    `The image store has no image "${name}" (${from}), and this engine builds none. Use a Docker engine (--runtime docker); or ${remedy}`,
  );
}
