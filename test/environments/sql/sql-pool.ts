import Docker from 'dockerode';
import { DockerImageBuilder } from '../../../docker/engines/docker/image-builder.ts';
import type { ImageDefinition } from '../../../docker/image-definition.ts';
import { ensureImages } from '../../../docker/images/builder.ts';
import { SandboxPool } from '../../../docker/pool/pool.ts';
import { dockerEngine } from '../../engines.ts';

/** A pool of one sandbox of an image, made first where it is missing, on Docker. */
export async function openSqlPool(image: ImageDefinition) {
  const opened = await dockerEngine();
  await ensureImages({
    builder: new DockerImageBuilder(new Docker()),
    definitions: [image],
    names: [image.name],
  });
  const pool = new SandboxPool(opened.engine, {
    images: { [image.name]: { warm: 1, max: 1 } },
    prepare: () => image.prepare,
  });
  pool.start();
  return {
    pool,
    async close() {
      await pool.drain(0);
      await opened.close();
    },
  };
}
