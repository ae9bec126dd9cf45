import type { ImageDefinition } from '../image-definition.ts';

/** System folders, as InterCode's images ignore them. Names match at any depth, as they do there. */
const ignored = '.dockerenv bin boot dev etc home lib media opt proc root run sbin srv sys usr var';

/**
 * Shell commands that make `/` a git repository with one commit. The commit's hash depends on the files alone. It ends
 * in the state that InterCode's reset leaves (`git reset --hard`, `git clean -fd`): empty folders that git cannot hold
 * are gone. Only `/tmp` and `/mnt` stay, because the runner mounts there.
 */
export const gitAtRootScript = [
  'set -e',
  'cd /',
  `printf '%s\\n' ${ignored} > .gitignore`,
  'export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1',
  "export GIT_AUTHOR_NAME=stepwell GIT_AUTHOR_EMAIL=stepwell@localhost GIT_AUTHOR_DATE='2024-01-01T00:00:00Z'",
  'export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE',
  'git -c init.defaultBranch=master init -q .',
  'git add -A',
  "git commit -q -m 'Start state'",
  'git reset -q --hard',
  'git clean -q -f -d -e /tmp -e /mnt',
  'test -z "$(git status --short)"',
].join('\n');

/** Shell scripts that root runs while a derived image is built, in order, after its files are written. */
export function buildScripts({ script, gitAtRoot }: ImageDefinition): string[] {
  return [...(script === undefined ? [] : [script]), ...(gitAtRoot === true ? [gitAtRootScript] : [])];
}
