import type { BashTaskRecord } from '../task.ts';
import { file, filler, folder } from './entry.ts';

export const FIND: readonly BashTaskRecord[] = [
  {
    id: 'find-files-over-size',
    instruction:
      'Below /data/media, find every regular file larger than 1500 bytes. ' +
      'Print their names, without folder and without the extension .wav, one a line, sorted in byte order.',
    files: [
      filler('/data/media/intro.wav', 900),
      filler('/data/media/theme.wav', 1501),
      filler('/data/media/outro.wav', 1499),
      filler('/data/media/drums/kick.wav', 1500),
      filler('/data/media/drums/ride.wav', 1400),
      filler('/data/media/drums/snare.wav', 2200),
      filler('/data/media/drums/takes/clap.wav', 1300),
      filler('/data/media/strings/viola.wav', 1800),
      filler('/data/media/strings/solo/cello.wav', 4100),
    ],
    gold: String.raw`cd /data/media && find . -type f -size +1500c -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort`,
    wrong: [
      String.raw`cd /data/media && find . -type f -size +1k -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort`,
      String.raw`cd /data/media && find . -maxdepth 1 -type f -size +1500c -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort`,
      String.raw`cd /data/media && find . -type f -size -1500c -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort`,
    ],
    tags: ['find', 'easy'],
  },
  {
    id: 'find-changed-in-march',
    instruction:
      'Print the names (without folder and without the extension .md) of all pages below /work/wiki ' +
      'that were last modified in March 2024, UTC, one a line, sorted in byte order.',
    files: [
      file('/work/wiki/welcome.md', ['# Welcome'], { mtime: '2024-02-29T23:30:00Z' }),
      file('/work/wiki/onboarding.md', ['# Onboarding'], { mtime: '2024-03-01T00:10:00Z' }),
      file('/work/wiki/ops/backup.md', ['# Backup'], { mtime: '2024-03-17T12:00:00Z' }),
      file('/work/wiki/ops/restore.md', ['# Restore'], { mtime: '2023-03-17T12:00:00Z' }),
      file('/work/wiki/ops/network/firewall.md', ['# Firewall'], { mtime: '2024-03-31T23:50:00Z' }),
      file('/work/wiki/ops/network/names.md', ['# Names'], { mtime: '2024-03-05T06:00:00Z' }),
      file('/work/wiki/ops/network/routing.md', ['# Routing'], { mtime: '2024-04-01T00:05:00Z' }),
      file('/work/wiki/people/holidays.md', ['# Holidays'], { mtime: '2024-06-11T08:00:00Z' }),
      file('/work/wiki/people/travel.md', ['# Travel'], { mtime: '2024-05-02T08:00:00Z' }),
    ],
    gold:
      "find /work/wiki -type f -name '*.md' -newermt '2024-02-29 23:59:59.999 UTC' " +
      String.raw`! -newermt '2024-03-31 23:59:59.999 UTC' -printf '%f\n' | sed 's/\.md$//' | LC_ALL=C sort`,
    wrong: [
      "find /work/wiki -type f -name '*.md' -newermt '2024-03-01 UTC' " +
        String.raw`-printf '%f\n' | sed 's/\.md$//' | LC_ALL=C sort`,
      String.raw`find /work/wiki -maxdepth 2 -type f -newermt '2024-03-01 UTC' ! -newermt '2024-03-31 UTC' -printf '%f\n' | sed 's/\.md$//' | LC_ALL=C sort`,
    ],
    tags: ['find', 'dates', 'medium'],
  },
  {
    id: 'find-hidden-files',
    instruction:
      'In the home directory /home/agent and everything below it, how many regular files have a name of their ' +
      'own that begins with a dot? A file without a dot that only lies in a hidden directory does not count. ' +
      'Print the number alone.',
    files: [
      ...['.bashrc', '.profile', '.vimrc', '.inputrc', '.netrc'].map((name) =>
        file(`/home/agent/${name}`, [`# ${name}`]),
      ),
      file('/home/agent/todo.txt', ['buy milk']),
      file('/home/agent/.config/editor/settings', ['tab=2']),
      file('/home/agent/.config/editor/.lock', ['1']),
      file('/home/agent/.config/.migrated', ['yes']),
      ...['api', 'web', 'jobs'].map((name) => file(`/home/agent/src/${name}/.env`, [`NAME=${name}`])),
      file('/home/agent/src/api/main.c', ['int main(void) { return 0; }']),
      file('/home/agent/src/.editorconfig', ['root = true']),
    ],
    gold: "find /home/agent -type f -name '.*' | wc -l",
    wrong: [
      "find /home/agent -path '*/.*' -type f | wc -l",
      "ls -A /home/agent | grep -c '^\\.'",
      "find /home/agent -name '.*' | wc -l",
    ],
    tags: ['find', 'easy'],
  },
  {
    id: 'find-prune-empty',
    instruction:
      'Clean up /work/build: delete every empty regular file in it except those called .gitkeep, then delete ' +
      'every directory below /work/build that has nothing left in it (a directory that only held such ' +
      'directories goes as well). Keep /work/build itself. Print nothing.',
    files: [
      file('/work/build/app/main.o', ['object code']),
      filler('/work/build/app/main.d', 0),
      filler('/work/build/cache/a/one.tmp', 0),
      filler('/work/build/cache/b/two.tmp', 0),
      filler('/work/build/assets/.gitkeep', 0),
      filler('/work/build/assets/logo.svg', 0),
      file('/work/build/assets/style.css', ['body { margin: 0 }']),
      folder('/work/build/logs/2024'),
      filler('/work/build/out/.gitkeep', 0),
    ],
    gold: [
      'find /work/build -type f -empty ! -name .gitkeep -delete',
      'find /work/build -mindepth 1 -type d -empty -delete',
    ],
    wrong: [
      'find /work/build -mindepth 1 -empty -delete',
      'find /work/build -type f -empty ! -name .gitkeep -delete',
      'find /work/build -mindepth 1 -type d -empty -delete; find /work/build -type f -empty ! -name .gitkeep -delete',
    ],
    tags: ['find', 'deletion', 'medium'],
  },
  {
    id: 'find-notes-with-spaces',
    instruction:
      'Print the total number of lines in all files named *.txt in /data/notes and its subdirectories, ' +
      'as one number. Mind that names contain spaces, and that one of the names is that of a directory.',
    files: [
      file('/data/notes/shopping list.txt', ['milk', 'eggs', 'bread', 'tea']),
      file('/data/notes/ideas.txt', ['a well', 'with steps', 'that lead', 'to water', 'in summer']),
      file('/data/notes/list.txt', ['first', 'second', 'third']),
      file('/data/notes/trips/to do.txt', ['tickets', 'visa', 'maps', 'adapter', 'insurance', 'charger']),
      file('/data/notes/trips/old one/diary of june.txt', [
        'rain',
        'sun',
        'rain',
        'wind',
        'sun',
        'sun',
        'fog',
      ]),
      file('/data/notes/trips/budget.csv', ['hotel,300', 'train,80']),
      file('/data/notes/drafts.txt/poem.txt', ['steps down', 'water up']),
      file('/data/notes/drafts.txt/readme.md', ['not counted', 'not counted either']),
    ],
    gold: "find /data/notes -type f -name '*.txt' -exec cat {} + | wc -l",
    wrong: [
      "cat $(find /data/notes -type f -name '*.txt') 2>/dev/null | wc -l",
      'cat /data/notes/*.txt 2>/dev/null | wc -l',
      "find /data/notes -type f -name '*.txt' | wc -l",
    ],
    tags: ['find', 'quoting', 'hard'],
  },
  {
    id: 'find-todo-outside-vendor',
    instruction:
      'In the JavaScript files (*.js) below /work/shop, count the lines that contain the word TODO in capitals. ' +
      'Leave out everything in any directory called node_modules or dist, at whatever depth. ' +
      'Print the number alone.',
    files: [
      file(
        '/work/shop/index.js',
        Array.from({ length: 4 }, (_, n) => `start(${n}); // TODO tidy up`),
      ),
      file('/work/shop/cart/total.js', [
        '// TODO taxes; TODO discounts',
        'let total = 0;',
        '// TODO currency',
        '// todo: lower case',
        'export { total };',
      ]),
      file('/work/shop/cart/view.jsx', ['// TODO not a .js file']),
      file(
        '/work/shop/admin/users.js',
        Array.from({ length: 7 }, (_, n) => `/* TODO check ${n} */`),
      ),
      file('/work/shop/node_modules/left/index.js', ['// TODO theirs', '// TODO theirs']),
      file('/work/shop/admin/node_modules/right/main.js', [
        '// TODO theirs',
        '// TODO theirs',
        'run();',
        '// TODO theirs',
      ]),
      file('/work/shop/dist/bundle.js', ['// TODO generated']),
      file('/work/shop/cart/distance.js', ['// TODO miles', '// TODO metres']),
    ],
    gold: "grep -r --include='*.js' --exclude-dir=node_modules --exclude-dir=dist -hw TODO /work/shop | wc -l",
    wrong: [
      "grep -r --include='*.js' -h TODO /work/shop | wc -l",
      "find /work/shop -name '*.js' ! -path '/work/shop/node_modules/*' ! -path '*/dist*' -exec cat {} + | grep -c TODO",
      "grep -r --include='*.js' --exclude-dir=node_modules --exclude-dir=dist -hiow TODO /work/shop | wc -l",
    ],
    tags: ['find', 'grep', 'medium'],
  },
];
