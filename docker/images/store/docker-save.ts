import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import Docker from 'dockerode';
import { messageOf } from '../../errors.ts';
import { ImageStoreError, isSystemError } from './errors.ts';

/** Writes an image of an engine into a file, as `docker save` does. */
export type SaveImage = (reference: string, file: string, signal?: AbortSignal) => Promise<void>;

/** Of the Docker engine that `DOCKER_HOST` names, or the one of this machine. @throws {ImageStoreError} */
export const saveDockerImage: SaveImage = async (reference, file, signal) => {
  try {
    const docker = new Docker();
    // Asked first: some engines begin an answer before they know. By its name, an engine saves all tags of a repository.
    const { Id: id } = await docker.getImage(reference).inspect();
    await pipeline(await docker.getImage(id).get(), createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (isSystemError(error, 'ENOSPC', 'EDQUOT')) throw error;
    const isMissing = error instanceof Error && 'statusCode' in error && error.statusCode === 404;
    const [code, reason] = isMissing
      ? (['refused', `the Docker engine has no such image; docker pull ${reference}`] as const)
      : (['failed', `the Docker engine did not save it: ${messageOf(error)}`] as const);
    throw new ImageStoreError(code, `docker:${reference}: ${reason}`, { cause: error });
  }
};
