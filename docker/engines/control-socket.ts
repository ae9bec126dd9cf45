import { constants } from 'node:fs';
import { chmod, open, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** A Unix socket in a folder of its own on which one runner is awaited. */
export interface ControlSocket {
  /** The folder, to be shown in a container. */
  readonly folder: string;
  /** Settles with the runner's connection; the socket then takes no other one. */
  readonly connected: Promise<Socket>;
  /**
   * Stop listening and remove the folder; the connection, once made, stays. Engines look for the folder as long as the
   * container lives. Never throws.
   */
  close(): Promise<void>;
}

/** Name of the socket in its folder. */
export const controlSocketName = 'runner.sock';

export async function listenForRunner(folder: string): Promise<ControlSocket> {
  const path = join(folder, controlSocketName);
  // The kernel shows the address as it was bound to everybody in the container's network namespace: this one tells
  // nothing of the host's folders, and is short enough wherever they lie.
  const directory = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const address = `/proc/self/fd/${directory.fd}/${controlSocketName}`;
  const server = createServer({ noDelay: true });
  const connected = new Promise<Socket>((resolve, reject) => {
    server.once('connection', (socket) => {
      server.close();
      // Closing it unlinks the address, which names the socket no more.
      rm(path, { force: true }).then(() => resolve(socket), reject);
    });
    server.once('error', reject);
  });
  // Who waits for it also waits for the container's end, and may have gone when this fails.
  connected.catch(() => {});
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, () => resolve());
    });
  } finally {
    await directory.close();
  }
  // Root of a container may be another user here; the parent folders keep others out.
  await chmod(path, 0o666);
  const close = async (): Promise<void> => {
    server.close();
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  };
  return { folder, connected, close };
}
