import type { BashTaskRecord } from '../task.ts';
import { file, folder, link } from './entry.ts';

export const LINKS: readonly BashTaskRecord[] = [
  {
    id: 'link-remove-dangling',
    instruction:
      'Delete every symbolic link below /work/web whose target does not exist (at the end of the chain, if it points ' +
      'to another link). Leave everything else. Print nothing.',
    files: [
      file('/work/web/pages/home.html', ['home']),
      link('/work/web/index.html', 'pages/home.html'),
      link('/work/web/start.html', 'index.html'),
      link('/work/web/old.html', 'pages/old.html'),
      link('/work/web/older.html', 'old.html'),
      folder('/work/web/assets'),
      link('/work/web/pages/assets', '../assets'),
      link('/work/web/pages/style.css', 'assets/style.css'),
      link('/work/web/pages/.cache', '/work/web/cache'),
    ],
    gold: 'find /work/web -xtype l -delete',
    wrong: [
      'find /work/web -maxdepth 1 -xtype l -delete',
      'find /work/web -type l -delete',
      'for l in /work/web/* /work/web/*/*; do [ -L "$l" ] && [ ! -e "$l" ] && rm "$l"; done',
    ],
    tags: ['links', 'easy'],
  },
  {
    id: 'link-switch-release',
    instruction:
      'In /work/deploy, releases/ holds one directory per version; a version is ready when its directory has a file ' +
      'called .ready. Make the symbolic link "current" point to the highest ready version (by version number, so ' +
      'that v1.10 is above v1.9) and "previous" to where "current" pointed before. Both targets have the form ' +
      'releases/<version>. Print nothing.',
    files: [
      ...['v1.8.0', 'v1.9.2', 'v1.10.1', 'v1.11.0'].map((v) =>
        file(`/work/deploy/releases/${v}/app`, [`app ${v}`]),
      ),
      ...['v1.8.0', 'v1.9.2', 'v1.10.1'].map((v) => file(`/work/deploy/releases/${v}/.ready`, [])),
      link('/work/deploy/current', 'releases/v1.8.0'),
      link('/work/deploy/previous', 'releases/v1.7.5'),
    ],
    gold:
      'cd /work/deploy && old=$(readlink current) && new=$(ls -d releases/*/.ready | xargs -n 1 dirname | sort -V | ' +
      'tail -n 1) && ln -sfn "$old" previous && ln -sfn "$new" current',
    wrong: [
      'cd /work/deploy && ln -sf releases/v1.10.1 current',
      'cd /work/deploy && new=$(ls -d releases/* | sort -V | tail -n 1) && ln -sfn "$new" current && ' +
        'ln -sfn "$(readlink current)" previous',
      'cd /work/deploy && mv -T current previous && ln -s "$(dirname "$(ls -d releases/*/.ready | LC_ALL=C sort | ' +
        'tail -n 1)")" latest',
    ],
    tags: ['links', 'versions', 'medium'],
  },
  {
    id: 'link-make-relative',
    instruction:
      'Some symbolic links below /work/docs have an absolute target that lies in /work/docs. Change each of them to the ' +
      'shortest relative target that names the same path (without resolving links on the way). Links with relative ' +
      'targets and links that lead out of /work/docs stay as they are. Print nothing.',
    files: [
      file('/work/docs/guide/intro.md', ['intro']),
      file('/work/docs/guide/deep/setup.md', ['setup']),
      file('/work/docs/images/well.svg', ['<svg/>']),
      link('/work/docs/start.md', '/work/docs/guide/intro.md'),
      link('/work/docs/guide/deep/logo.svg', '/work/docs/images/well.svg'),
      link('/work/docs/guide/setup.md', '/work/docs/guide/deep/setup.md'),
      link('/work/docs/guide/pictures', '/work/docs/images'),
      link('/work/docs/images/guide', '../guide'),
      link('/work/docs/LICENSE', '/usr/share/common-licenses/MPL-2.0'),
      link('/work/docs/images/next.svg', '/work/docs-next/images/well.svg'),
    ],
    gold:
      `find /work/docs -type l -lname '/work/docs/*' | while IFS= read -r l; do ` +
      'ln -sfn "$(realpath -m -s --relative-to="$(dirname "$l")" "$(readlink "$l")")" "$l"; done',
    wrong: [
      `find /work/docs -type l -lname '/*' | while IFS= read -r l; do ` +
        'ln -sfn "$(realpath -m -s --relative-to="$(dirname "$l")" "$(readlink "$l")")" "$l"; done',
      'for l in /work/docs/*; do case "$(readlink "$l")" in /work/docs/*) ln -sfnr "$(readlink "$l")" "$l" ;; esac; done',
      `find /work/docs -type l -lname '/work/docs/*' | while IFS= read -r l; do cp --remove-destination -r ` +
        '"$(readlink "$l")" "$l"; done',
    ],
    tags: ['links', 'hard'],
  },
];
