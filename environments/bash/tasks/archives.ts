import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

export const ARCHIVES: readonly BashTaskRecord[] = [
  {
    id: 'archive-extract-single',
    instruction:
      'The archive /work/inbox/handbook.tar.gz contains, among others, a file manual.txt in some folder. Put that one ' +
      'file at /work/manual.txt (mode 0644) and nothing else. Leave the archive where it is and print nothing.',
    files: [
      file('/work/inbox/book/README', ['The handbook.']),
      file('/work/inbox/book/docs/en/manual.txt', ['1. Go down.', '2. Draw water.', '3. Come up.']),
      file('/work/inbox/book/docs/en/manual.txt.orig', ['1. Go down.']),
      file('/work/inbox/book/docs/index.txt', ['en']),
    ],
    setup: 'cd /work/inbox && tar -czf handbook.tar.gz book && rm -r book; cd /',
    gold: 'tar -xzOf /work/inbox/handbook.tar.gz book/docs/en/manual.txt > /work/manual.txt',
    wrong: [
      "tar -xzf /work/inbox/handbook.tar.gz -C /work --wildcards '*/manual.txt'",
      'tar -xzf /work/inbox/handbook.tar.gz -C /work && mv /work/book/docs/en/manual.txt /work/manual.txt',
      "tar -xzOf /work/inbox/handbook.tar.gz --wildcards '*manual.txt*' > /work/manual.txt",
    ],
    tags: ['archives', 'easy'],
  },
  {
    id: 'archive-rotate-logs',
    instruction:
      'Files in /work/logs (not in its subdirectories) are called app-<year>-<month>-<day>.log. Move those of the year ' +
      '2023 into a reproducible archive /work/logs/2023.tar, so that the files themselves are gone afterwards: plain ' +
      'file names as members, in byte order, not compressed, written by GNU tar with the options --format=ustar ' +
      '--owner=0 --group=0 --numeric-owner --mtime=@0. Then print the names of the members, one a line, in this order.',
    files: [
      ...['2023-01-09', '2023-06-30', '2023-12-31', '2024-01-01', '2024-02-20'].map((day) =>
        file(`/work/logs/app-${day}.log`, [`${day} started`, `${day} stopped`]),
      ),
      file('/work/logs/app-current.log', ['copied from app-2023-06-30.log']),
      file('/work/logs/web-2023-03-03.log', ['another program']),
      file('/work/logs/keep/app-2023-02-02.log', ['2023-02-02 for the audit']),
    ],
    gold:
      'cd /work/logs && tar -cf 2023.tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 app-2023-*.log && ' +
      'rm app-2023-*.log && tar -tf 2023.tar',
    wrong: [
      'cd /work/logs && tar -cf 2023.tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 app-2023-*.log && ' +
        'tar -tf 2023.tar',
      'cd /work/logs && tar -czf 2023.tar --remove-files *2023*.log && tar -tzf 2023.tar',
      "find /work/logs -name 'app-2023-*' | sort | tar -cPf /work/logs/2023.tar --format=ustar --owner=0 --group=0 " +
        '--numeric-owner --mtime=@0 --remove-files -T - && tar -tPf /work/logs/2023.tar',
    ],
    tags: ['archives', 'logs', 'medium'],
  },
  {
    id: 'archive-nested-token',
    instruction:
      'Inside /data/delivery.tar lie further archives, some of them inside others. Exactly one of the files packed in ' +
      'there is called release.env. Print the value of RELEASE_TOKEN in it, without quotes. Leave /data as it is.',
    files: [
      file('/data/a/release.env', [
        'RELEASE_NAME="deep water"',
        'RELEASE_TOKEN="kestrel-4417"',
        'OLD_TOKEN="wren-1"',
      ]),
      file('/data/a/notes.txt', ['RELEASE_TOKEN="finch-0000" was revoked']),
      file('/data/b/release.env.sample', ['RELEASE_TOKEN="put-yours-here"']),
      file('/data/c/README', ['Unpack everything.']),
    ],
    setup:
      'cd /data && tar -czf b/inner.tgz a && rm -r a && tar -czf c/middle.tar.gz b && rm -r b && ' +
      'tar -cf delivery.tar c && rm -r c; cd /',
    gold:
      'tar -xOf /data/delivery.tar c/middle.tar.gz | tar -xzO b/inner.tgz | tar -xzO a/release.env | ' +
      String.raw`sed -n 's/^RELEASE_TOKEN="\(.*\)"$/\1/p'`,
    wrong: [
      "tar -xOf /data/delivery.tar c/middle.tar.gz | tar -xzO b/release.env.sample | cut -d '\"' -f 2",
      'mkdir /data/x && tar -xf /data/delivery.tar -C /data/x && tar -xzf /data/x/c/middle.tar.gz -C /data/x && ' +
        "tar -xzf /data/x/b/inner.tgz -C /data/x && grep RELEASE_TOKEN /data/x/a/release.env | cut -d '\"' -f 2",
      'tar -xOf /data/delivery.tar c/middle.tar.gz | tar -xzO b/inner.tgz | tar -xzO | grep -h TOKEN',
    ],
    tags: ['archives', 'hard'],
  },
  {
    id: 'archive-merge-rotated',
    instruction:
      'A log was rotated: /data/log/audit.log is the newest part, audit.log.1 the one before, and audit.log.2.gz, ' +
      'audit.log.3.gz … are still older, compressed. Write all parts in the order of time, oldest first, to ' +
      '/data/audit-full.log. Leave the parts untouched and print nothing.',
    files: [
      file('/data/log/audit.log', ['0931 logout mira', '0932 login sam']),
      file('/data/log/audit.log.1', ['0820 login mira', '0844 sudo mira']),
      file('/data/log/audit.log.2', ['0715 boot', '0716 login ivo']),
      file('/data/log/audit.log.3', ['0600 shutdown']),
      file('/data/log/audit.log.10', ['0101 install', '0102 first boot']),
      file('/data/log/daemon.log', ['0900 not part of it']),
    ],
    setup: 'gzip -n /data/log/audit.log.2 /data/log/audit.log.3 /data/log/audit.log.10',
    gold:
      'cd /data/log && { zcat audit.log.10.gz audit.log.3.gz audit.log.2.gz; cat audit.log.1 audit.log; } ' +
      '> /data/audit-full.log',
    wrong: [
      'cd /data/log && zcat -f audit.log audit.log.1 audit.log.*.gz > /data/audit-full.log',
      'cd /data/log && gunzip audit.log.*.gz && cat $(ls -rv audit.log*) > /data/audit-full.log',
      'cd /data/log && zcat -f $(ls -r audit.log*) > /data/audit-full.log',
    ],
    tags: ['archives', 'logs', 'medium'],
  },
];
