import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

const VISITS = [
  '10.0.4.17 GET /',
  '10.0.4.18 GET /about',
  '10.0.4.17 GET /about',
  '192.168.7.2 GET /',
  '192.168.7.20 POST /login',
  '10.0.4.18 GET /',
  '192.168.7.2 GET /logout',
  '172.16.0.9 GET /',
  '10.0.4.1 GET /',
  '10.0.4.17 POST /login',
];

export const TEXT: readonly BashTaskRecord[] = [
  {
    id: 'text-distinct-visitors',
    instruction:
      'Each line of the files *.log in /work/visits is "<address> <method> <path>". Print how many different ' +
      'addresses sent at least one request, over all files together, as one number.',
    files: [
      file('/work/visits/monday.log', VISITS),
      file('/work/visits/tuesday.log', [
        '10.0.4.17 GET /',
        ...Array.from({ length: 6 }, (_, n) => `10.1.0.${n + 1} GET /docs`),
      ]),
      file('/work/visits/wednesday.log', ['10.1.0.3 GET /docs', '10.1.0.30 GET /docs', '10.2.9.9 GET /']),
      file('/work/visits/notes.txt', ['10.9.9.9 is the monitor']),
    ],
    gold: "cut -d ' ' -f 1 /work/visits/*.log | sort -u | wc -l",
    wrong: [
      'cat /work/visits/*.log | sort -u | wc -l',
      "cut -d ' ' -f 1 /work/visits/*.log | uniq | wc -l",
      "cut -d ' ' -f 1 /work/visits/* | sort -u | wc -l",
    ],
    tags: ['text', 'easy'],
  },
  {
    id: 'text-frequent-words',
    instruction:
      'A word is a run of the letters a to z in upper or lower case; words that differ only in case are the same. ' +
      'Print the three most frequent words of /work/speech/draft.txt that have at least five letters, in lower ' +
      'case, one a line, the most frequent first.',
    files: [
      file('/work/speech/draft.txt', [
        'Water is patient. Water waits below the stairs, and the stairs go to the water.',
        'Who builds stairs must know the summer; who knows the summer builds deeper STAIRS.',
        'The people came for water, the people stayed for shade. WATER gives, shade keeps.',
        'In summer the village went down, in winter the village went up: stairs, stairs, water.',
        'It is the same with all water that is the same, and that is that, and with that it is done.',
        'Summer again. Shade, then summer. And for the last time: the and the and the.',
        'with with with with with with with that that that that and and and',
      ]),
      file('/work/speech/outline.txt', ['village village village village', 'people people people people']),
    ],
    gold:
      String.raw`tr -cs 'A-Za-z' '\n' < /work/speech/draft.txt | tr 'A-Z' 'a-z' | grep -E '^.{5,}$' | ` +
      `LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2 | head -n 3 | awk '{ print $2 }'`,
    wrong: [
      String.raw`tr -cs 'A-Za-z' '\n' < /work/speech/draft.txt | tr 'A-Z' 'a-z' | sort | uniq -c | sort -nr | head -n 3 | awk '{ print $2 }'`,
      String.raw`cat /work/speech/*.txt | tr -cs 'A-Za-z' '\n' | grep -E '^.{5,}$' | sort | uniq -c | sort -nr | head -n 3`,
    ],
    tags: ['text', 'counting', 'medium'],
  },
  {
    id: 'text-reorder-columns',
    instruction:
      'The tab-separated file /work/staff/people.tsv has a header and the columns id, first name, last name, room. ' +
      'Write /work/staff/rooms.txt with one line per person in the form "<room>: <last name>, <first name>", ' +
      'without the header, sorted by room as a number and then by last name in byte order. Print nothing.',
    files: [
      file('/work/staff/people.tsv', [
        'id\tfirst\tlast\troom',
        '1\tMira\tOkafor\t12',
        '2\tAnna Lena\tBrandt\t9',
        '3\tJoão\tde Souza\t101',
        '4\tIvo\tAdler\t12',
        '5\tPriya\tRao\t9',
        '6\tSam\tvan Dijk\t101',
      ]),
    ],
    gold:
      String.raw`tail -n +2 /work/staff/people.tsv | LC_ALL=C sort -t "$(printf '\t')" -k4,4n -k3,3 | ` +
      `awk -F '\\t' '{ print $4 ": " $3 ", " $2 }' > /work/staff/rooms.txt`,
    wrong: [
      `tail -n +2 /work/staff/people.tsv | sort -k4,4n | awk '{ print $4 ": " $3 ", " $2 }' > /work/staff/rooms.txt`,
      `awk -F '\\t' '{ print $4 ": " $3 ", " $2 }' /work/staff/people.tsv | LC_ALL=C sort > /work/staff/rooms.txt`,
      `awk -F '\\t' 'NR > 1 { print $4 ": " $3 ", " $2 }' /work/staff/people.tsv | sort -n`,
    ],
    tags: ['text', 'columns', 'medium'],
  },
  {
    id: 'text-join-orders',
    instruction:
      '/work/sales/orders.txt holds lines "<order> <customer id> <amount>", /work/sales/customers.txt lines ' +
      '"<customer id> <name>". Print, one a line and sorted by name in byte order, "<name> <sum of amounts>" for ' +
      'each customer whose orders add up to more than 100; a customer id missing from customers.txt is called ' +
      '"unknown".',
    files: [
      file('/work/sales/orders.txt', [
        'A1 c07 60',
        'A2 c11 250',
        'A3 c07 55',
        'A4 c03 100',
        'A5 c20 40',
        'A6 c99 75',
        'A7 c11 5',
        'A8 c99 61',
        'A9 c15 999',
        'B1 c20 59',
      ]),
      file('/work/sales/customers.txt', [
        'c03 Halvorsen',
        'c07 Tanaka',
        'c11 Bello',
        'c15 Aguirre',
        'c20 Novak',
      ]),
    ],
    gold:
      `awk 'NR == FNR { name[$1] = $2; next } { sum[$2] += $3 } END { for (id in sum) if (sum[id] > 100) ` +
      `print ((id in name) ? name[id] : "unknown"), sum[id] }' /work/sales/customers.txt /work/sales/orders.txt | ` +
      'LC_ALL=C sort',
    wrong: [
      `awk 'NR == FNR { name[$1] = $2; next } $3 > 100 { print name[$2], $3 }' /work/sales/customers.txt /work/sales/orders.txt | LC_ALL=C sort`,
      'join -1 1 -2 2 <(sort /work/sales/customers.txt) <(sort -k2,2 /work/sales/orders.txt) | ' +
        `awk '{ sum[$2] += $4 } END { for (n in sum) if (sum[n] >= 100) print n, sum[n] }' | LC_ALL=C sort`,
    ],
    tags: ['text', 'awk', 'hard'],
  },
  {
    id: 'text-remove-repeated-lines',
    instruction:
      'In each of the files /work/bookmarks/*.list, remove every line that already occurred further up in the same ' +
      'file (comparing whole lines, upper and lower case being different), and keep the order of the others. ' +
      'Change the files in place and print nothing.',
    files: [
      file('/work/bookmarks/read.list', [
        'https://example.org/steps',
        'https://example.org/water',
        'https://example.org/steps',
        'https://example.org/Steps',
        'https://example.org/arches',
        'https://example.org/water',
      ]),
      file('/work/bookmarks/watch.list', ['zeta', 'alpha', 'zeta', 'mid', 'alpha', 'omega', 'Mid']),
      file('/work/bookmarks/shared.list', ['https://example.org/water', 'zeta', 'zeta ', 'zeta']),
      file('/work/bookmarks/archive.txt', ['same', 'same']),
    ],
    gold: `cd /work/bookmarks && for f in *.list; do awk '!seen[$0]++' "$f" > /tmp/kept && cat /tmp/kept > "$f"; done; rm /tmp/kept`,
    wrong: [
      'cd /work/bookmarks && for f in *.list; do LC_ALL=C sort -u -o "$f" "$f"; done',
      'cd /work/bookmarks && for f in *; do awk \'!seen[$0]++\' "$f" > /tmp/kept && cat /tmp/kept > "$f"; done; rm /tmp/kept',
      'cd /work/bookmarks && for f in *.list; do uniq "$f" > /tmp/kept && cat /tmp/kept > "$f"; done; rm /tmp/kept',
    ],
    tags: ['text', 'deduplication', 'medium'],
  },
];
