import type { BashTaskRecord } from '../task.ts';
import { file, filler } from './entry.ts';

export const INTEGRITY: readonly BashTaskRecord[] = [
  {
    id: 'checksum-find-corrupt',
    instruction:
      '/work/mirror/SHA256SUMS lists SHA-256 sums of files in /work/mirror, as sha256sum writes them. Print the names of ' +
      'the listed files that are missing or whose content has another sum, one a line, sorted in byte order, and ' +
      'nothing else.',
    files: [
      ...['alpine', 'bodhi', 'crux', 'debian', 'exherbo', 'fedora', 'gentoo'].map((name) =>
        file(`/work/mirror/${name}`, [`image of ${name}`]),
      ),
      file('/work/mirror/unlisted', ['not in the list']),
    ],
    setup:
      '(cd /work/mirror && sha256sum alpine bodhi crux debian exherbo fedora gentoo > SHA256SUMS && ' +
      'echo extra >> crux && rm exherbo gentoo && echo "image of Fedora" > fedora)',
    gold: `(cd /work/mirror && LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null | sed -n 's/: FAILED.*//p' | LC_ALL=C sort)`,
    wrong: [
      `(cd /work/mirror && LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null | sed -n 's/: FAILED$//p' | LC_ALL=C sort)`,
      '(cd /work/mirror && sha256sum -c SHA256SUMS 2>&1)',
      `(cd /work/mirror && sha256sum [a-z]* | diff - SHA256SUMS | awk '/^</ { print $3 }')`,
    ],
    tags: ['checksums', 'easy'],
  },
  {
    id: 'duplicates-keep-first',
    instruction:
      'Remove duplicate files below /data/photos: of all regular files with the same content, keep the one whose path ' +
      'comes first in byte order and delete the others. Empty files are no duplicates of each other; leave them. ' +
      'Print nothing.',
    files: [
      file('/data/photos/2023/beach.jpg', ['sea and sand']),
      file('/data/photos/2023/beach copy.jpg', ['sea and sand']),
      file('/data/photos/2023/stairs.jpg', ['old stairs']),
      file('/data/photos/2024/holiday/DSC_001.jpg', ['sea and sand']),
      file('/data/photos/2024/stairs.jpg', ['new stairs']),
      file('/data/photos/2024/well at noon.jpg', ['deep water']),
      file('/data/photos/Favourites/the well.jpg', ['deep water']),
      filler('/data/photos/2023/.nomedia', 0),
      filler('/data/photos/2024/.nomedia', 0),
    ],
    gold:
      'cd /data/photos && find . -type f ! -empty -exec sha256sum {} + | LC_ALL=C sort -k 2 | ' +
      `awk 'seen[$1]++ { print substr($0, 67) }' | while IFS= read -r f; do rm -- "$f"; done`,
    wrong: [
      'cd /data/photos && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2 | ' +
        `awk 'seen[$1]++ { print substr($0, 67) }' | while IFS= read -r f; do rm -- "$f"; done`,
      'cd /data/photos && find . -type f ! -empty -exec sha256sum {} + | LC_ALL=C sort -r -k 2 | ' +
        `awk 'seen[$1]++ { print substr($0, 67) }' | while IFS= read -r f; do rm -- "$f"; done`,
      'cd /data/photos && find . -type f ! -empty -exec sha256sum {} + | LC_ALL=C sort -k 2 | ' +
        `awk 'seen[$1]++ { print $2 }' | xargs rm -f`,
    ],
    tags: ['checksums', 'deduplication', 'hard'],
  },
  {
    id: 'usage-by-extension',
    instruction:
      'Add up the sizes in bytes (their length, not the space on disk) of the regular files below /work/project by ' +
      'extension: what follows the last dot of the name. A name without a dot, or whose only dot is its first character, ' +
      'has the extension "none". Print "<extension> <bytes>", one a line, the largest sum first.',
    files: [
      filler('/work/project/main.c', 1210),
      filler('/work/project/src/util.c', 823),
      filler('/work/project/src/util.h', 95),
      filler('/work/project/src/net/socket.c', 2048),
      filler('/work/project/docs/manual.pdf', 7000),
      filler('/work/project/docs/v1.2/notes', 640),
      filler('/work/project/Makefile', 131),
      filler('/work/project/.gitignore', 57),
      filler('/work/project/dist/src.tar.gz', 3999),
    ],
    gold:
      String.raw`find /work/project -type f -printf '%s %f\n' | awk '{ name = $2; ext = "none"; ` +
      `if (match(substr(name, 2), /\\.[^.]*$/)) ext = substr(name, RSTART + 2); sum[ext] += $1 } ` +
      `END { for (e in sum) print e, sum[e] }' | LC_ALL=C sort -k2,2nr`,
    wrong: [
      `cd /work/project && for f in *.* */*.*; do echo "$(echo "$f" | sed 's/.*\\.//') $(stat -c %s "$f")"; done | awk '{ s[$1] += $2 } END { for (e in s) print e, s[e] }' | sort -k2,2nr`,
      `find /work/project -type f | sed 's/.*\\.//' | sort | uniq -c | sort -nr | awk '{ print $2, $1 }'`,
      String.raw`find /work/project -type f -name '*.*' -printf '%s %f\n' | awk '{ split($2, p, "."); s[p[2]] += $1 } END { for (e in s) print e, int(s[e] / 1024) }' | sort -k2,2nr`,
    ],
    tags: ['disk-usage', 'find', 'medium'],
  },
];
