import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { contextEntries, DOCKERFILE, withStandIns } from '../../images/dockerfile-context.ts';

/**
 * A folder with a Dockerfile as the tar stream that an engine builds. Times are fixed, so that they do not change what is
 * built. A failure destroys the stream.
 * @param bases stand-ins for the images that its stages begin with
 * @throws {SandboxError} `image_missing` if it cannot be read
 */
export async function dockerfileContext(
  folder: string,
  bases: Readonly<Record<string, string>>,
): Promise<Readable> {
  const entries = await contextEntries(folder);
  const tar = pack();
  const mtime = new Date(0);
  const write = async () => {
    for (const { name, type, file, size, mode, target } of entries) {
      if (name === DOCKERFILE) {
        tar.entry({ name, mode, mtime }, withStandIns(await readFile(file, 'utf8'), bases));
      } else if (type === 'file') {
        await pipeline(createReadStream(file), tar.entry({ name, mode, mtime, size }));
      } else {
        tar.entry({ name, type, mode, mtime, ...(target === undefined ? {} : { linkname: target }) });
      }
    }
    tar.finalize();
  };
  write().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(tar);
}
