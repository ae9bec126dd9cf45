import { constants } from 'node:fs';
import { chmod, open, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** A Unix socket, in a folder of its own, to which one runner connects. */
export interface ControlSocket {
  /** The folder, to be mounted into a container. */
  readonly folder: string;
  /** Settles with the runner's connection; after that the socket accepts no other. */
  readonly connected: Promise<Socket>;
  /**
   * Stop listening and remove the folder. An open connection stays. Engines need the folder as long as the container
   * lives. Never throws.
   */
  close(): Promise<void>;
}

/** Name of the socket in its folder. */
export const controlSocketName = 'runner.sock';

export async function listenForRunner(folder: string): Promise<ControlSocket> {
  const path = join(folder, controlSocketName);
  // Of a server that was killed before a runner connected.
  await rm(path, { force: true });
  // Everyone in the container's network namespace can read the address as it was bound. This one does not reveal the
  // host's folders, and is short enough wherever they are.
  const directory = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const address = `/proc/self/fd/${directory.fd}/${controlSocketName}`;
  const server = createServer({ noDelay: true });
  const connected = new Promise<Socket>((resolve, reject) => {
    server.once('connection', (socket) => {
      server.close();
      // `close` tries to delete the socket at the bound address. Its descriptor is closed by then, so delete the real path here.
      rm(path, { force: true }).then(() => resolve(socket), reject);
    });
    server.once('error', reject);
  });
  // Callers also wait for the container's end and may be gone when this fails.
  connected.catch(() => {});
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // In a worker process, the first process would else listen, which does not have the folder's descriptor.
      server.listen({ path: address, exclusive: true }, () => resolve());
    });
  } finally {
    await directory.close();
  }
  // Root of a container may be another user on the host; the parent folders keep others out.
  await chmod(path, 0o666);
  const close = async (): Promise<void> => {
    server.close();
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  };
  return { folder, connected, close };
}
