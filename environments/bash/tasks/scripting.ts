import type { BashTaskRecord } from '../task.ts';
import { file, script } from './entry.ts';

export const SCRIPTING: readonly BashTaskRecord[] = [
  {
    id: 'script-quote-expansions',
    instruction:
      'The script /work/sort/by-year.sh moves files from its folder in/ to out/<year>/ but fails on names with spaces. ' +
      'Mend it by putting double quotes around the expansions that are arguments of mkdir, mv and basename (each whole ' +
      'argument quoted: the dollar sign or path before it comes after the opening quote) and change nothing else in it. ' +
      'Then run it once, without arguments. What it prints is the answer.',
    files: [
      script('/work/sort/by-year.sh', [
        '#!/bin/bash',
        'cd /work/sort || exit 1',
        'moved=0',
        'for f in in/*; do',
        '  name=$(basename $f)',
        '  year=$(echo "$name" | cut -c 1-4)',
        '  mkdir -p out/$year',
        '  mv $f out/$year/ && moved=$((moved + 1))',
        'done',
        'echo "moved=$moved files=$(find out -type f | wc -l)"',
      ]),
      ...['2021 deed.txt', '2021-map.txt', '2022 letter to sam.txt', '2023.txt', '2023 plan b.txt'].map(
        (name) => file(`/work/sort/in/${name}`, [`content of ${name}`]),
      ),
      ...Array.from({ length: 7 }, (_, n) => file(`/work/sort/in/1999 page ${n}.txt`, [`page ${n}`])),
    ],
    gold:
      `sed -i -e 's|basename $f|basename "$f"|' -e 's|-p out/$year|-p "out/$year"|' ` +
      `-e 's|mv $f out/$year/|mv "$f" "out/$year/"|' /work/sort/by-year.sh && /work/sort/by-year.sh`,
    wrong: [
      '/work/sort/by-year.sh',
      `sed -i 's|mv $f out/$year/|mv "$f" "out/$year/"|' /work/sort/by-year.sh && /work/sort/by-year.sh`,
      'cd /work/sort && for f in in/*; do y=$(basename "$f" | cut -c 1-4); mkdir -p "out/$y"; mv "$f" "out/$y/"; done',
    ],
    tags: ['scripting', 'quoting', 'medium'],
  },
  {
    id: 'heredoc-host-configs',
    instruction:
      '/work/fleet/hosts.txt has lines "<name> <address>", comment lines that start with # and empty lines. For each host ' +
      'write /work/fleet/conf/<name>.conf with exactly these four lines, in which NAME and ADDRESS are replaced and ' +
      'everything else, the dollar signs included, is literal:\n\n' +
      '# made for NAME\nlisten ADDRESS:$PORT\nroot $DATA/NAME\nlog "$(hostname)-NAME"\n\n' +
      'Make the folder conf. Print nothing.',
    files: [
      file('/work/fleet/hosts.txt', [
        '# the wells',
        'north 10.1.0.1',
        'south 10.1.0.2',
        '',
        '# deep-one 10.1.0.9 is not dug yet',
        'east-2 10.1.0.14',
      ]),
      file('/work/fleet/README', ['PORT and DATA are set when the service starts.']),
    ],
    gold: [
      "mkdir -p /work/fleet/conf && grep -v -e '^#' -e '^$' /work/fleet/hosts.txt | while read -r name address; do",
      'cat > "/work/fleet/conf/$name.conf" <<END',
      '# made for $name',
      'listen $address:\\$PORT',
      'root \\$DATA/$name',
      'log "\\$(hostname)-$name"',
      'END',
      'done',
    ].join('\n'),
    wrong: [
      [
        "mkdir -p /work/fleet/conf && grep -v -e '^#' -e '^$' /work/fleet/hosts.txt | while read -r name address; do",
        'cat > "/work/fleet/conf/$name.conf" <<END',
        '# made for $name',
        'listen $address:$PORT',
        'root $DATA/$name',
        'log "$(echo host)-$name"',
        'END',
        'done',
      ].join('\n'),
      [
        'mkdir -p /work/fleet/conf && while read -r name address; do',
        'cat > "/work/fleet/conf/$name.conf" <<END 2> /dev/null',
        '# made for $name',
        'listen $address:\\$PORT',
        'root \\$DATA/$name',
        'log "\\$(hostname)-$name"',
        'END',
        'done < /work/fleet/hosts.txt',
      ].join('\n'),
      [
        "mkdir -p /work/fleet/conf && grep -v '^#' /work/fleet/hosts.txt | while read -r name address; do",
        'cat > "/work/fleet/conf/$name.conf" <<\'END\'',
        '# made for $name',
        'listen $address:$PORT',
        'root $DATA/$name',
        'log "$(hostname)-$name"',
        'END',
        'done',
      ].join('\n'),
    ],
    tags: ['scripting', 'here-docs', 'hard'],
  },
];
