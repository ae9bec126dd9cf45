import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

export const RENAMING: readonly BashTaskRecord[] = [
  {
    id: 'rename-extensions',
    instruction:
      'Rename every file below /data/scans whose extension is jpg or jpeg in any mixture of upper and lower case so that ' +
      'its extension is .jpg. Do not change the rest of the name, nor other files. Print nothing.',
    files: [
      file('/data/scans/Page 01.JPG', ['one']),
      file('/data/scans/Page 02.jpg', ['two']),
      file('/data/scans/cover.JPEG', ['cover']),
      file('/data/scans/BACK.Jpg', ['back']),
      file('/data/scans/index.html', ['<img src="cover.JPEG">']),
      file('/data/scans/annex/MAP.of.the.well.jpeg', ['map']),
      file('/data/scans/annex/old/Plan.JPG', ['plan']),
      file('/data/scans/annex/jpeg', ['no extension']),
    ],
    gold:
      `find /data/scans -type f \\( -iname '*.jpg' -o -iname '*.jpeg' \\) ! -name '*.jpg' | ` +
      'while IFS= read -r f; do mv -- "$f" "$(printf %s "$f" | sed \'s/\\.[^.]*$/.jpg/\')"; done',
    wrong: [
      'cd /data/scans && for f in *.JPG *.JPEG *.Jpg; do mv "$f" "$(echo "$f" | sed \'s/\\.[^.]*$/.jpg/\')"; done',
      `find /data/scans -type f -iname '*.jp*g' | while IFS= read -r f; do ` +
        'mv -n "$f" "$(dirname "$f")/$(basename "$f" | tr A-Z a-z)" 2> /dev/null; done',
      `find /data/scans -type f -name '*.JPG' | while IFS= read -r f; do mv -- "$f" "$(echo "$f" | sed 's/JPG$/jpg/')"; done`,
    ],
    tags: ['renaming', 'easy'],
  },
  {
    id: 'rename-zero-pad',
    instruction:
      'The files in /work/book are called chapter-<number>.txt with numbers of one to three digits, some with leading ' +
      'zeros. Rename them so that every number has exactly three digits and the same value, and write the new names, ' +
      'sorted in byte order and one a line, to /work/book/order.list. Print nothing.',
    files: ['1', '2', '3', '08', '09', '10', '011', '107'].map((n) =>
      file(`/work/book/chapter-${n}.txt`, [`Chapter with the number ${Number(n)}`]),
    ),
    gold:
      'cd /work/book && for f in chapter-*.txt; do n=$(echo "$f" | tr -dc 0-9); ' +
      'new=$(printf "chapter-%03d.txt" "$((10#$n))"); [ "$f" = "$new" ] || mv "$f" "$new"; done; ' +
      'ls chapter-*.txt | LC_ALL=C sort > order.list',
    wrong: [
      'cd /work/book && for f in chapter-?.txt; do mv "$f" "chapter-00$(echo "$f" | tr -dc 0-9).txt"; done; ' +
        'ls chapter-*.txt > order.list',
      'cd /work/book && for f in chapter-*.txt; do n=$(echo "$f" | tr -dc 0-9); ' +
        'mv -n "$f" "$(printf "chapter-%03d.txt" "$n" 2> /dev/null)" 2> /dev/null; done; ls chapter-*.txt > order.list',
      'cd /work/book && for f in chapter-*.txt; do n=$(echo "$f" | tr -dc 0-9); ' +
        'cp "$f" "$(printf "chapter-%03d.txt" "$((10#$n))")" 2> /dev/null; done; ls chapter-???.txt > order.list',
    ],
    tags: ['renaming', 'numbers', 'medium'],
  },
];
