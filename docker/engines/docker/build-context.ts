import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** A file of a build context, from memory or from disk. */
export type ContextFile =
  | { readonly name: string; readonly content: string | Buffer }
  | { readonly name: string; readonly file: string };

/** The files as a tar stream. Times are fixed, so that they do not change what is built. A failure destroys the stream. */
export function buildContext(files: readonly ContextFile[]): Readable {
  const tar = pack();
  const mtime = new Date(0);
  const write = async () => {
    for (const entry of files) {
      if ('content' in entry) {
        await new Promise<void>((resolve, reject) => {
          tar.entry({ name: entry.name, mtime, mode: 0o644 }, entry.content, (error) =>
            error ? reject(error) : resolve(),
          );
        });
      } else {
        const { size } = await stat(entry.file);
        await pipeline(
          createReadStream(entry.file),
          tar.entry({ name: entry.name, mtime, mode: 0o644, size }),
        );
      }
    }
    tar.finalize();
  };
  write().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(tar);
}
