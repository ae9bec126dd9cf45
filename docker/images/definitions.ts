import type { ImageDefinition, Session } from '../image-definition.ts';

/** An image made of Debian packages. */
export interface PackageImage {
  readonly name: string;
  /** The image it adds to; `null` starts from plain Debian. */
  readonly from: string | null;
  readonly packages: readonly string[];
  /** @default that of `from`; plain Debian has `bash` */
  readonly session?: Session;
}

export type AnyDefinition = PackageImage | ImageDefinition;

/** Debian release of every built-in image. */
export const suite = 'bookworm';

/** Packages that the runner needs. */
const base: PackageImage = {
  name: 'base',
  from: null,
  packages: ['python3'],
};

/**
 * The tools of NL2Bash and of everyday shell work. What InterCode's image lacks must be missing here too, because agents
 * see the difference: bc, file, less, man, rsync, sudo, wget, xxd, and any awk but mawk.
 */
const bash: PackageImage = {
  name: 'bash',
  from: 'base',
  packages: [
    'bash',
    'bsdmainutils',
    'bzip2',
    'coreutils',
    'cpio',
    'cron',
    'curl',
    'diffutils',
    'dnsutils',
    'findutils',
    'git',
    'grep',
    'gzip',
    'hashdeep',
    'imagemagick',
    'iputils-ping',
    'jq',
    'mawk',
    'net-tools',
    'procps',
    'psmisc',
    'sed',
    'tar',
    'tree',
    'unzip',
    'xz-utils',
    'zip',
  ],
};

/** One interpreter per sandbox, with the standard library only, as the published Python tasks expect. */
const python: PackageImage = {
  name: 'python',
  from: 'base',
  packages: [],
  session: 'python',
};

/** A database server; the session's code connects to it. */
const sql: PackageImage = {
  name: 'sql',
  from: 'python',
  packages: ['mariadb-server'],
};

export const builtInImages: readonly PackageImage[] = [base, bash, python, sql];

/** The image whose sandboxes show images of the store. */
export const SHOWING_IMAGE = 'bash';

/** Prefix of a reference of the Docker engine in `from`. */
const FOREIGN = 'docker:';

/** The reference of the foreign image that a definition starts from, or `null`. */
export function foreignReference({ from }: AnyDefinition): string | null {
  return from?.startsWith(FOREIGN) ? from.slice(FOREIGN.length) : null;
}

/** Prefix of the path of a folder with a Dockerfile in `from`. */
const DOCKERFILE = 'dockerfile:';

/** The folder with the Dockerfile that a definition starts from, or `null`. */
export function dockerfileFolder({ from }: AnyDefinition): string | null {
  return from?.startsWith(DOCKERFILE) ? from.slice(DOCKERFILE.length) : null;
}

/** Whether only a Docker engine has what a definition starts from. */
export function isForeign(definition: AnyDefinition): boolean {
  return foreignReference(definition) !== null || dockerfileFolder(definition) !== null;
}

/** The definitions, with stand-ins for the base images of those that only a Docker engine has. */
export function withBases(
  definitions: readonly ImageDefinition[],
  bases: Readonly<Record<string, string>>,
): ImageDefinition[] {
  if (Object.keys(bases).length === 0) return [...definitions];
  return definitions.map((one) => (isForeign(one) ? { ...one, bases: { ...bases, ...one.bases } } : one));
}

/** A definition that replaces a built-in image by an image of the Docker engine; `null` if the name is not built in. */
export function replacement(name: string, reference: string): ImageDefinition | null {
  const image = builtInImages.find((one) => one.name === name);
  return image === undefined ? null : { name, from: `${FOREIGN}${reference}`, session: sessionOf(image) };
}

function sessionOf({ session, from }: PackageImage): Session {
  const parent = builtInImages.find((one) => one.name === from);
  return session ?? (parent === undefined ? 'bash' : sessionOf(parent));
}

export function isPackageImage(definition: AnyDefinition): definition is PackageImage {
  return 'packages' in definition;
}
