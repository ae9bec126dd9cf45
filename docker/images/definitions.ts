import type { ImageDefinition, Session } from '../sandbox.ts';

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

/** What the runner needs, and no more. */
const base: PackageImage = {
  name: 'base',
  from: null,
  packages: ['python3', 'bubblewrap'],
};

/**
 * NL2Bash's tools and those of everyday shell work. What InterCode's own image lacks must be missing here too, because
 * agents see it: bc, file, less, man, rsync, sudo, wget, xxd, and any awk but mawk.
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

/** One interpreter a sandbox; nothing but the standard library, as the published Python tasks expect. */
const python: PackageImage = {
  name: 'python',
  from: 'base',
  packages: [],
  session: 'python',
};

/** A database server; the session's own code speaks to it. */
const sql: PackageImage = {
  name: 'sql',
  from: 'python',
  packages: ['mariadb-server'],
};

export const builtInImages: readonly PackageImage[] = [base, bash, python, sql];

export function sessionOf(definition: AnyDefinition): Session | undefined {
  return isPackageImage(definition) ? definition.session : undefined;
}

export function isPackageImage(definition: AnyDefinition): definition is PackageImage {
  return 'packages' in definition;
}
