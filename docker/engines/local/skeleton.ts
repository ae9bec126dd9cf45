import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Version of the skeleton; increase it with every change. */
const skeletonVersion = '1';

/** Folders of programs beside `/usr`: links into it on most systems, folders of their own on some. */
const programFolders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** Files of `/etc` that programs need; nothing about the host's users. */
const sharedSettings = [
  'ImageMagick-6',
  'ImageMagick-7',
  'alternatives',
  'bash.bashrc',
  'debian_version',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'magic',
  'magic.mime',
  'mime.types',
  'os-release',
  'perl',
  'profile',
  'protocols',
  'services',
  'shells',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
];

const ownSettings: Readonly<Record<string, string>> = {
  passwd: [
    'root:x:0:0:root:/root:/bin/bash',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'bin:x:2:2:bin:/bin:/usr/sbin/nologin',
    'mail:x:8:8:mail:/var/mail:/usr/sbin/nologin',
    'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ].join('\n'),
  group: ['root:x:0:', 'daemon:x:1:', 'bin:x:2:', 'mail:x:8:', 'www-data:x:33:', 'nogroup:x:65534:'].join(
    '\n',
  ),
  'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns',
  hosts: '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback',
  hostname: 'stepwell',
  'resolv.conf': '',
};

const folders: Readonly<Record<string, number>> = {
  boot: 0o755,
  dev: 0o755,
  etc: 0o755,
  home: 0o755,
  media: 0o755,
  mnt: 0o755,
  opt: 0o755,
  proc: 0o555,
  root: 0o700,
  run: 0o755,
  'run/lock': 0o1777,
  srv: 0o755,
  sys: 0o555,
  tmp: 0o1777,
  usr: 0o755,
  var: 0o755,
  'var/cache': 0o755,
  'var/lib': 0o755,
  'var/log': 0o755,
  'var/mail': 0o755,
  'var/spool': 0o755,
  'var/tmp': 0o1777,
};

/** Mount points beside `/usr` that a root over the host's programs needs, e.g. `/lib` if it is not a link. */
export async function hostProgramFolders(host = '/'): Promise<string[]> {
  const found = ['/usr'];
  for (const name of programFolders) {
    const info = await lstat(join(host, name)).catch(() => null);
    if (info?.isDirectory()) found.push(`/${name}`);
  }
  return found;
}

/** A small root file system whose programs are those of the host's `/usr`, which is mounted into it. */
export async function makeSkeleton(root: string, host = '/'): Promise<void> {
  for (const [name, mode] of Object.entries(folders)) {
    await mkdir(join(root, name), { recursive: true });
    await chmod(join(root, name), mode);
  }
  for (const name of programFolders) {
    const info = await lstat(join(host, name)).catch(() => null);
    if (info?.isSymbolicLink()) await symlink(await readlink(join(host, name)), join(root, name));
    else if (info?.isDirectory()) await mkdir(join(root, name));
  }
  for (const name of sharedSettings) {
    await cp(join(host, 'etc', name), join(root, 'etc', name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      errorOnExist: false,
      // Files that this user may not read, or that the host lacks, are missing in the sandbox too.
    }).catch(() => {});
  }
  for (const [name, text] of Object.entries(ownSettings)) {
    await writeFile(join(root, 'etc', name), text === '' ? '' : `${text}\n`);
  }
}

/** Identity of the host's programs: changes when packages are installed or upgraded. */
export async function hostDigest(host = '/'): Promise<string> {
  const hash = createHash('sha256').update(skeletonVersion);
  for (const path of ['usr/lib/os-release', 'var/lib/dpkg/status', 'lib/apk/db/installed']) {
    hash.update(await readFile(join(host, path)).catch(() => Buffer.alloc(0)));
  }
  return `sha256:${hash.digest('hex')}`;
}
