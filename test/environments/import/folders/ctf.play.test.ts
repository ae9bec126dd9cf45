import { fileURLToPath } from 'node:url';
import { importCtf } from '../../../../environments/import/folders/ctf.ts';
import { describeImported } from './played-import.ts';

const FILE = fileURLToPath(
  new URL('../../../../environments/terminal/datasets/ctf/tasks.jsonl', import.meta.url),
);
const IDS = [
  ...[
    'caesar',
    'onion',
    'history',
    'repeating-key',
    'picture',
    'capture',
    'close-primes',
    'patient',
    'machine',
  ],
  ...['dice', 'shop', 'badge'],
];

await describeImported('the capture-the-flag tasks', IDS, (home) =>
  importCtf(FILE, { home, name: 'ctf', plain: true }),
);
