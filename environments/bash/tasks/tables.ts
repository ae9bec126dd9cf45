import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

export const TABLES: readonly BashTaskRecord[] = [
  {
    id: 'csv-quoted-fields',
    instruction:
      '/work/stock/items.csv is a CSV file with a header; fields may be in double quotes and then contain commas, line ' +
      'breaks and doubled double quotes. Print the sum of the column "quantity" over all rows whose column "place" is ' +
      'exactly: Hall 2, left. Print the number alone.',
    files: [
      file('/work/stock/items.csv', [
        'id,name,place,quantity,note',
        '1,Rope,"Hall 2, left",120,',
        '2,"Bucket, 10 l","Hall 2, left",35,"ordered ""express"""',
        '3,"Ladder',
        'with hooks",Hall 2,14,',
        '4,Lamp,"Hall 2, left side",500,"see',
        'Hall 2, left, 999"',
        '5,"Pump ""Deep"", blue","Hall 2, left",7,"spare, 40 more"',
        '6,Chain,Hall 1,"1000","was in Hall 2, left"',
      ]),
      file('/work/stock/places.txt', ['Hall 1', 'Hall 2', 'Hall 2, left', 'Hall 2, left side']),
    ],
    gold:
      "python3 -c \"import csv; print(sum(int(row['quantity']) for row in " +
      "csv.DictReader(open('/work/stock/items.csv', newline='')) if row['place'] == 'Hall 2, left'))\"",
    wrong: [
      `grep 'Hall 2, left' /work/stock/items.csv | awk -F, '{ sum += $5 } END { print sum }'`,
      `awk -F'"' '/"Hall 2, left"/ { split($3, part, ","); sum += part[2] } END { print sum }' /work/stock/items.csv`,
      `python3 -c "import csv; print(sum(int(r['quantity']) for r in csv.DictReader(open('/work/stock/items.csv', newline='')) if 'Hall 2' in r['place']))"`,
    ],
    tags: ['csv', 'hard'],
  },
  {
    id: 'csv-median-by-machine',
    instruction:
      'The CSV files in /data/runs have the header machine,seconds and whole numbers of seconds. Over all files together, ' +
      'print for each machine "<machine> <median of its seconds>", one a line, sorted by machine in byte order. With an ' +
      'even number of values, take the lower one of the two in the middle.',
    files: [
      file('/data/runs/monday.csv', [
        'machine,seconds',
        'lathe,95',
        'press,310',
        'saw,41',
        'lathe,102',
        'press,290',
      ]),
      file('/data/runs/tuesday.csv', [
        'machine,seconds',
        'press,1200',
        'lathe,88',
        'saw,44',
        'lathe,1050',
        'saw,9',
      ]),
      file('/data/runs/friday.csv', ['machine,seconds', 'lathe,97', 'press,305', 'saw,600']),
    ],
    gold:
      `tail -q -n +2 /data/runs/*.csv | LC_ALL=C sort -t , -k1,1 -k2,2n | ` +
      `awk -F , '{ v[$1, ++n[$1]] = $2 } END { for (m in n) print m, v[m, int((n[m] + 1) / 2)] }' | LC_ALL=C sort`,
    wrong: [
      `tail -q -n +2 /data/runs/*.csv | awk -F , '{ s[$1] += $2; n[$1]++ } END { for (m in n) print m, int(s[m] / n[m]) }' | LC_ALL=C sort`,
      `tail -q -n +2 /data/runs/*.csv | LC_ALL=C sort | awk -F , '{ v[$1, ++n[$1]] = $2 } END { for (m in n) print m, v[m, int((n[m] + 1) / 2)] }' | LC_ALL=C sort`,
      `tail -q -n +2 /data/runs/*.csv | sort -t , -k1,1 -k2,2n | awk -F , '{ v[$1, ++n[$1]] = $2 } END { for (m in n) print m, v[m, int(n[m] / 2) + 2] }' | LC_ALL=C sort`,
    ],
    tags: ['csv', 'numbers', 'medium'],
  },
];
