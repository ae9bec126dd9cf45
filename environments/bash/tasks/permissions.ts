import type { BashTaskRecord } from '../task.ts';
import { file, folder } from './entry.ts';

export const PERMISSIONS: readonly BashTaskRecord[] = [
  {
    id: 'permissions-shell-scripts',
    instruction:
      'Give every file below /work/tools whose first line begins with "#!" mode 0755, whatever it is called. ' +
      'Leave all other files and all directories as they are. Print nothing.',
    files: [
      file('/work/tools/deploy', ['#!/bin/sh', 'echo deploy']),
      file('/work/tools/backup.sh', ['#!/bin/bash', 'echo backup'], { mode: '0600' }),
      file('/work/tools/functions.sh', ['# sourced by the others', 'log() { echo "$1"; }']),
      file('/work/tools/lib/report.py', ['#!/usr/bin/env python3', 'print("report")'], { mode: '0640' }),
      file('/work/tools/lib/names.py', ['NAMES = ["a", "b"]']),
      file('/work/tools/lib/.hooks/check', ['#!/bin/sh', 'exit 0'], { mode: '0444' }),
      file('/work/tools/lib/template.txt', ['', '#!/bin/sh', 'echo NAME']),
      file('/work/tools/README', ['Scripts start with a line like', '#!/bin/sh']),
    ],
    gold: `find /work/tools -type f -exec sh -c 'for f; do head -n 1 "$f" | grep -q "^#!" && chmod 0755 "$f"; done' sh {} +`,
    wrong: [
      "find /work/tools -name '*.sh' -exec chmod 0755 {} +",
      "grep -rl '^#!' /work/tools | xargs chmod 0755",
      'chmod -R 0755 /work/tools',
    ],
    tags: ['permissions', 'easy'],
  },
  {
    id: 'permissions-private-keys',
    instruction:
      'Tighten /home/agent/.keys: the directory and every directory below it get mode 0700, files ending in .pub ' +
      'get 0644, and all other regular files get 0600. Do not touch anything outside of /home/agent/.keys, not even ' +
      'through the symbolic link in it. Print nothing.',
    files: [
      folder('/home/agent/.keys', '0755'),
      file('/home/agent/.keys/id_deploy', ['-- private deploy --'], { mode: '0644' }),
      file('/home/agent/.keys/id_deploy.pub', ['ssh-ed25519 deploy'], { mode: '0600' }),
      file('/home/agent/.keys/config', ['Host *'], { mode: '0664' }),
      folder('/home/agent/.keys/old', '0775'),
      file('/home/agent/.keys/old/id_2019', ['-- private 2019 --'], { mode: '0755' }),
      file('/home/agent/.keys/old/id_2019.pub', ['ssh-rsa 2019'], { mode: '0666' }),
      file('/home/agent/known_hosts', ['host.example ssh-rsa'], { mode: '0644' }),
      { path: '/home/agent/.keys/known_hosts', type: 'symlink', target: '../known_hosts' },
    ],
    gold: [
      'find /home/agent/.keys -type d -exec chmod 0700 {} +',
      "find /home/agent/.keys -type f -name '*.pub' -exec chmod 0644 {} +",
      "find /home/agent/.keys -type f ! -name '*.pub' -exec chmod 0600 {} +",
    ],
    wrong: [
      'chmod -R 0600 /home/agent/.keys/*; chmod 0644 /home/agent/.keys/*.pub; chmod 0700 /home/agent/.keys',
      'chmod 0700 /home/agent/.keys; chmod 0600 /home/agent/.keys/*; chmod 0644 /home/agent/.keys/*.pub',
      'find /home/agent/.keys -type d -exec chmod 0700 {} +; find /home/agent/.keys -type f -exec chmod 0600 {} +',
    ],
    tags: ['permissions', 'medium'],
  },
  {
    id: 'permissions-world-writable',
    instruction:
      'Below /work/site some regular files may be written by everybody ("others" have write permission). Take that ' +
      'permission away from others on those files, change no other permission and no directory, and print the names ' +
      'of the files changed (without their folders), one a line, sorted in byte order.',
    files: [
      folder('/work/site', '0755'),
      file('/work/site/index.html', ['<h1>Steps</h1>'], { mode: '0666' }),
      file('/work/site/style.css', ['h1 { color: teal }'], { mode: '0664' }),
      folder('/work/site/uploads', '0777'),
      file('/work/site/uploads/photo.jpg', ['not really a photo'], { mode: '0646' }),
      file('/work/site/uploads/notes', ['hello'], { mode: '0644' }),
      file('/work/site/cgi/counter', ['#!/bin/sh', 'echo 7'], { mode: '0777' }),
      file('/work/site/cgi/.secret', ['s3cret'], { mode: '0602' }),
    ],
    gold: String.raw`find /work/site -type f -perm -o=w -printf '%f\n' -exec chmod o-w {} \; | LC_ALL=C sort`,
    wrong: [
      String.raw`find /work/site -type f -perm 0777 -printf '%f\n' -exec chmod 0755 {} \; | LC_ALL=C sort`,
      String.raw`find /work/site -perm -o=w -printf '%f\n' -exec chmod o-w {} \; | LC_ALL=C sort`,
      String.raw`find /work/site -type f -perm -o=w -printf '%f\n' | LC_ALL=C sort`,
    ],
    tags: ['permissions', 'find', 'medium'],
  },
];
