import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SandboxError } from '../../errors.ts';
import type { Session } from '../../image-definition.ts';
import type { ImageRef } from '../../sandbox.ts';
import { hostDigest, hostProgramFolders, makeSkeleton } from './skeleton.ts';

/** The description of a local image, beside its `root/`. */
export const LocalImageRecord = z.strictObject({
  name: z.string(),
  digest: z.string(),
  recipe: z.string(),
  /** Whether its programs are the host's, with `/usr` mounted into it. */
  usesHost: z.boolean(),
  session: z.enum(['bash', 'python']).default('bash'),
  createdAt: z.iso.datetime(),
  bytes: z.number(),
});
export type LocalImageRecord = z.infer<typeof LocalImageRecord>;

export const recordFile = 'image.json';

/** A root file system for local containers. */
export interface LocalRoot {
  readonly image: ImageRef;
  readonly session: Session;
  /** Folder that becomes `/`, never written to. */
  readonly folder: string;
  /** Host folders mounted into it at the same paths, e.g. `/usr`. */
  readonly hostFolders: readonly string[];
}

export async function readRecord(imageFolder: string): Promise<LocalImageRecord | null> {
  const text = await readFile(join(imageFolder, recordFile), 'utf8').catch(() => null);
  if (text === null) return null;
  const record = LocalImageRecord.safeParse(JSON.parse(text));
  return record.success ? record.data : null;
}

export interface LocalRootsOptions {
  /** `images/` of the state folder. */
  readonly imagesFolder: string;
  /** Folder for the skeleton over the host's programs; made on first use. */
  readonly skeletonFolder: string;
  /** Images that the host's own programs can stand in for, and what their sessions run. */
  readonly hostImages: Readonly<Record<string, Session>>;
}

/** Finds root file systems by image name: a built one, else the host's programs. */
export class LocalRoots {
  readonly #options: LocalRootsOptions;
  #skeleton: Promise<void> | null = null;

  constructor(options: LocalRootsOptions) {
    this.#options = options;
  }

  /** @throws {SandboxError} `image_missing` */
  async find(name: string): Promise<LocalRoot> {
    const { imagesFolder, skeletonFolder, hostImages } = this.#options;
    const folder = join(imagesFolder, name);
    const record = /^[a-z0-9][a-z0-9._-]*$/.test(name) ? await readRecord(folder) : null;
    if (record !== null) {
      const digest = record.usesHost ? await combined(record.digest) : record.digest;
      const hostFolders = record.usesHost ? await hostProgramFolders() : [];
      const { session } = record;
      return { image: { name, digest }, session, folder: join(folder, 'root'), hostFolders };
    }
    const session = Object.hasOwn(hostImages, name) ? hostImages[name] : undefined;
    if (session === undefined) {
      const advice = `run "stepwell images build --runtime local ${name}"`;
      throw new SandboxError('image_missing', `The local engine has no image "${name}"; ${advice}.`);
    }
    this.#skeleton ??= makeSkeleton(skeletonFolder);
    await this.#skeleton;
    const hostFolders = await hostProgramFolders();
    return { image: { name, digest: await hostDigest() }, session, folder: skeletonFolder, hostFolders };
  }
}

async function combined(digest: string): Promise<string> {
  const hash = createHash('sha256')
    .update(digest)
    .update(await hostDigest());
  return `sha256:${hash.digest('hex')}`;
}
