import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

export const DATES: readonly BashTaskRecord[] = [
  {
    id: 'date-weekend-shifts',
    instruction:
      'Each line of /work/rota/shifts.txt is "<date as YYYY-MM-DD> <name>". For each line whose date is a Saturday or a ' +
      'Sunday print "<English name of the day> <name>", e.g. "Saturday mira", in the order of the file.',
    files: [
      file('/work/rota/shifts.txt', [
        '2024-02-29 mira',
        '2024-03-02 tove',
        '2024-03-03 sam',
        '2024-03-04 ivo',
        '2023-12-31 noor',
        '2024-01-01 juan',
        '2000-01-01 bela',
        '2024-11-15 priya',
        '2025-02-22 otis',
      ]),
      file('/work/rota/README', ['Weekend shifts are paid double.']),
    ],
    gold:
      'while read -r day name; do case "$(date -u -d "$day" +%u)" in 6) echo "Saturday $name" ;; ' +
      '7) echo "Sunday $name" ;; esac; done < /work/rota/shifts.txt',
    wrong: [
      'while read -r day name; do if [ "$(date -u -d "$day" +%u)" -gt 5 ]; then echo "$day $name"; fi; done < /work/rota/shifts.txt',
      'while read -r day name; do case "$(date -u -d "$day" +%w)" in 5) echo "Saturday $name" ;; ' +
        '6) echo "Sunday $name" ;; esac; done < /work/rota/shifts.txt',
      'grep -E "2024-0[1-3]" /work/rota/shifts.txt | while read -r day name; do ' +
        'echo "$(LC_ALL=C date -u -d "$day" +%A) $name"; done',
    ],
    tags: ['dates', 'medium'],
  },
  {
    id: 'date-epoch-to-iso',
    instruction:
      'In /data/gauge, each line of the files *.raw is "<seconds since 1970> <level>". For each of them write a file of ' +
      'the same name with .iso in place of .raw next to it, in which the seconds are replaced by the time in UTC in ' +
      'the form YYYY-MM-DDTHH:MM:SSZ and everything else is unchanged. Keep the .raw files. Print nothing.',
    files: [
      file('/data/gauge/upper.raw', ['1700000000 3.12', '1700003600 3.15', '1709210096 2.98']),
      file('/data/gauge/lower.raw', ['0 9.99', '951782400 1700000000']),
      file('/data/gauge/stations.txt', ['upper 1700000000', 'lower 0']),
    ],
    gold:
      'cd /data/gauge && for f in *.raw; do while read -r at rest; do ' +
      'echo "$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ) $rest"; done < "$f" > "$(basename "$f" .raw).iso"; done',
    wrong: [
      'cd /data/gauge && for f in *.raw; do while read -r at rest; do ' +
        'echo "$(date -u -d "@$at" "+%Y-%m-%d %H:%M:%S") $rest"; done < "$f" > "$(basename "$f" .raw).iso"; done',
      'cd /data/gauge && for f in *.raw; do while read -r at rest; do ' +
        'echo "$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ) $rest"; done < "$f" > "$f.iso"; done',
      'cd /data/gauge && for f in *; do while read -r at rest; do ' +
        'echo "$(date -u -d "@$at" +%Y-%d-%mT%H:%M:%SZ) $rest"; done < "$f" > "$(basename "$f" .raw).iso"; done 2>/dev/null',
    ],
    tags: ['dates', 'medium'],
  },
  {
    id: 'date-longest-gap',
    instruction:
      'The folder /data/backups has an empty marker file for each day a backup was made, called YYYYMMDD.done. Find the ' +
      'two backups that follow each other in time with the most days between them and print their dates and the number ' +
      'of days as "<from YYYYMMDD> <to YYYYMMDD> <days>", e.g. "20240101 20240103 2" for the first and third of January.',
    files: [
      ...[
        '20231120',
        '20231204',
        '20231229',
        '20240115',
        '20240131',
        '20240227',
        '20240323',
        '20240417',
        '20240430',
      ].map((day) => file(`/data/backups/${day}.done`, [])),
      file('/data/backups/20240620.failed', ['disk full']),
    ],
    gold:
      'cd /data/backups && prev=; for f in *.done; do d=$(basename "$f" .done); if [ -n "$prev" ]; then ' +
      'echo "$prev $d $(( ($(date -u -d "$d" +%s) - $(date -u -d "$prev" +%s)) / 86400 ))"; fi; prev=$d; done | ' +
      'LC_ALL=C sort -k3,3nr -k1,1 | head -n 1',
    wrong: [
      `cd /data/backups && ls *.done | sed 's/\\.done//' | awk 'prev { print prev, $1, $1 - prev } { prev = $1 }' | sort -k3,3nr | head -n 1`,
      'cd /data/backups && prev=; for f in *; do d=$(echo "$f" | cut -c 1-8); if [ -n "$prev" ]; then ' +
        'echo "$prev $d $(( ($(date -u -d "$d" +%s) - $(date -u -d "$prev" +%s)) / 86400 ))"; fi; prev=$d; done | ' +
        'sort -k3,3nr | head -n 1',
    ],
    tags: ['dates', 'hard'],
  },
];
