import type { BashTaskRecord, TaskFile } from '../task.ts';
import { file } from './entry.ts';

function encoded(path: string, text: string, encoding: 'latin1' | 'utf16le'): TaskFile {
  return { path, content_base64: Buffer.from(text, encoding).toString('base64') };
}

export const ENCODING: readonly BashTaskRecord[] = [
  {
    id: 'encoding-latin1-to-utf8',
    instruction:
      'Some of the files *.txt below /work/letters are in ISO 8859-1, the others are in UTF-8 already. Convert the former ' +
      'to UTF-8 in place and leave the latter and all other files untouched. Print nothing.',
    files: [
      encoded('/work/letters/zurich.txt', 'Grüezi aus Zürich\nViele Grüße\n', 'latin1'),
      encoded('/work/letters/2023/sao-paulo.txt', 'São Paulo, março\nAté amanhã\n', 'latin1'),
      encoded('/work/letters/2023/dump.bin', 'ÿþé\n', 'latin1'),
      file('/work/letters/malmo.txt', ['Hej från Malmö']),
      file('/work/letters/2023/krakow.txt', ['Pozdrowienia z Krakowa', 'Żółć']),
      file('/work/letters/oxford.txt', ['plain text']),
    ],
    gold:
      `find /work/letters -type f -name '*.txt' | while IFS= read -r f; do ` +
      'if ! iconv -f UTF-8 -t UTF-8 "$f" > /dev/null 2>&1; then ' +
      'iconv -f ISO-8859-1 -t UTF-8 "$f" > /tmp/converted && cat /tmp/converted > "$f"; fi; done; rm /tmp/converted',
    wrong: [
      `find /work/letters -type f -name '*.txt' | while IFS= read -r f; do ` +
        'iconv -f ISO-8859-1 -t UTF-8 "$f" > /tmp/converted && cat /tmp/converted > "$f"; done; rm /tmp/converted',
      `find /work/letters -type f | while IFS= read -r f; do if ! iconv -f UTF-8 -t UTF-8 "$f" > /dev/null 2>&1; then ` +
        'iconv -f ISO-8859-1 -t UTF-8 "$f" > "$f.utf8"; fi; done',
      'for f in /work/letters/*.txt; do iconv -f UTF-8 -t UTF-8 "$f" > /dev/null 2>&1 || ' +
        '{ iconv -f ISO-8859-1 -t UTF-8 "$f" > /tmp/converted && cat /tmp/converted > "$f"; }; done; rm /tmp/converted',
    ],
    tags: ['encoding', 'medium'],
  },
];
