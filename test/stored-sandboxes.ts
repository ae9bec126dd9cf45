import type { Engine } from '../docker/engine.ts';
import type { ImageDefinition } from '../docker/image-definition.ts';
import { ensureImages, type ImageBuilder } from '../docker/images/builder.ts';
import { ImagesInUse } from '../docker/images/store/images-in-use.ts';
import type { ImageStore } from '../docker/images/store/store.ts';
import { isStored, nameInStore, StoringBuilder } from '../docker/images/storing-builder.ts';
import { BuildingSource } from '../docker/pool/building-source.ts';
import { SandboxPool } from '../docker/pool/pool.ts';
import type { PoolOptions } from '../docker/pool/settings.ts';
import { StoredSource } from '../docker/pool/stored-source.ts';
import type { SandboxSource } from '../docker/sandbox.ts';

export interface StoredSandboxes {
  readonly sandboxes: SandboxSource;
  readonly pool: SandboxPool;
  close(): Promise<void>;
}

/** Sandboxes of the image `bash` for images of a store, which are built at their first use, as a server has them. */
export function storedSandboxes(
  { engine, builder }: { readonly engine: Engine; readonly builder: ImageBuilder },
  store: ImageStore,
  definitions: readonly ImageDefinition[],
  options: PoolOptions = {},
): StoredSandboxes {
  const inUse = new ImagesInUse(store);
  const pool = new SandboxPool(engine, {
    images: { bash: { warm: 2, max: 2 } },
    gradingReserve: 0,
    store: store.layersFolder,
    keep: (image) => inUse.keep(image),
    ...options,
  });
  const stored = new Map(definitions.filter(isStored).map((one) => [one.name, one]));
  const building = new BuildingSource({
    sandboxes: new StoredSource({
      sandboxes: pool,
      container: 'bash',
      isStored: (name) => stored.has(name),
      use: async (name) => {
        const definition = stored.get(name);
        return inUse.use(definition === undefined ? name : await nameInStore(definition, store));
      },
    }),
    ensure: (name) =>
      ensureImages({ builder: new StoringBuilder(builder, store), definitions, names: [name, 'bash'] }),
  });
  return {
    sandboxes: building,
    pool,
    async close() {
      await building.close();
      await pool.drain(0);
    },
  };
}
