import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SandboxError } from './errors.ts';
import { controlPath, runnerPath, scratchPath } from './labels.ts';
import { hostDigest, hostProgramFolders, makeSkeleton } from './local-skeleton.ts';
import type { ImageRef, Session } from './sandbox.ts';

/** What a local image's folder says about its `root/`. */
export const LocalImageRecord = z.strictObject({
  name: z.string(),
  digest: z.string(),
  recipe: z.string(),
  /** Its programs are those of the host's `/usr`, mounted into it. */
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
  /** Where the skeleton over the host's programs is made when it is first needed. */
  readonly skeletonFolder: string;
  /** Images that the host's own programs can stand in for, and what their sessions run. */
  readonly hostImages: Readonly<Record<string, Session>>;
}

/** Finds root file systems by image name: built ones first, else the host's own programs. */
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

export interface EnclosureOptions {
  readonly root: Pick<LocalRoot, 'folder' | 'hostFolders'>;
  /** Where the host keeps the runner. */
  readonly runnerFolder: string;
  /** Folder of the control socket on the host. */
  readonly controlFolder: string;
  /** Whether this process is root; others get a user namespace of their own. */
  readonly isRoot: boolean;
}

/** bubblewrap's arguments that make what a container engine would make, around the runner. */
export function enclosure(options: EnclosureOptions): string[] {
  const { root, isRoot } = options;
  return [
    ...namespaces(isRoot),
    ...['--ro-bind', root.folder, '/'],
    ...root.hostFolders.flatMap((folder) => ['--ro-bind', folder, folder]),
    ...['--dev', '/dev', '--proc', '/proc'],
    // Mount points are made in a tmpfs: the root below is shared and stays as it is.
    ...['--perms', '0755', '--tmpfs', '/opt'],
    ...['--dir', scratchPath],
    ...['--ro-bind', options.runnerFolder, runnerPath],
    ...['--ro-bind', options.controlFolder, controlPath],
    ...['--chdir', '/'],
  ];
}

/** The container's own namespaces, and the rights in them that the runner needs for layers. */
export function namespaces(isRoot: boolean): string[] {
  const own = ['pid', 'ipc', 'uts', 'net', 'cgroup-try'].map((kind) => `--unshare-${kind}`);
  const user = isRoot ? [] : ['--unshare-user', '--uid', '0', '--gid', '0'];
  const rights = (isRoot ? rootCapabilities : ['ALL']).flatMap((capability) => ['--cap-add', capability]);
  return [
    ...own,
    ...user,
    ...['--hostname', 'stepwell', '--die-with-parent', '--as-pid-1'],
    ...['--cap-drop', 'ALL', ...rights],
  ];
}

/** Docker's default set, and what mounting layers needs. */
const rootCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_ADMIN',
  'CAP_SYS_CHROOT',
];
