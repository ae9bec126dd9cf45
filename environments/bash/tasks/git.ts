import type { BashTaskRecord } from '../task.ts';

interface Commit {
  readonly author: string;
  readonly subject: string;
  /** Commands that change the work tree; empty for a commit without changes. */
  readonly change?: string;
  /** Commands after the commit: tags and branches. */
  readonly after?: string;
}

/** Commands that make a bare repository: one without an index, so that reading it changes no file. */
function repository(path: string, commits: readonly Commit[]): string {
  const steps = commits.map(({ author, subject, change, after }, n) => {
    const date = `2024-05-${String(n + 1).padStart(2, '0')}T10:00:00Z`;
    const identity =
      `GIT_AUTHOR_NAME='${author}' GIT_AUTHOR_EMAIL=${author.toLowerCase()}@well.example GIT_AUTHOR_DATE=${date} ` +
      `GIT_COMMITTER_NAME=Forge GIT_COMMITTER_EMAIL=forge@well.example GIT_COMMITTER_DATE=${date}`;
    const commit = `git add -A && ${identity} git commit -q --allow-empty -m '${subject}'`;
    return [change, commit, after].filter((step) => step !== undefined).join(' && ');
  });
  return (
    `(mkdir -p ${path}.seed && cd ${path}.seed && git init -q -b main && ${steps.join(' && ')} && ` +
    `git clone -q --bare ${path}.seed ${path} && rm -rf ${path}.seed)`
  );
}

const AUTHORS = ['Mira', 'Sam', 'Mira', 'Ivo', 'Mira', 'Mira', 'Sam', 'Mira', 'Mira', 'Ivo', 'Mira'];

export const GIT: readonly BashTaskRecord[] = [
  {
    id: 'git-commits-by-author',
    instruction:
      '/work/site.git is a bare git repository with several branches. Print how many commits in it, over all branches and ' +
      'each commit counted once, have the author Mira. Print the number alone and change nothing in the repository.',
    setup: repository('/work/site.git', [
      ...AUTHORS.map((author, n) => ({
        author,
        subject: author === 'Ivo' ? `Page ${n}, reviewed by Mira` : `Page ${n}`,
        change: `echo page ${n} > page${n}.html`,
        after: n === 5 ? 'git branch old' : undefined,
      })),
      ...['Mira', 'Mirabel', 'Mira', 'Mira'].map((author, n) => ({
        author,
        subject: `Draft ${n}`,
        change: `${n === 0 ? 'git checkout -q -b drafts && ' : ''}echo draft ${n} > draft.html`,
        after: n === 3 ? 'git checkout -q main' : undefined,
      })),
    ]),
    gold: 'git -C /work/site.git log --all --format=%an | grep -cx Mira',
    wrong: [
      'git -C /work/site.git log --author=Mira --oneline | wc -l',
      'git -C /work/site.git log --all --author=Mira --oneline | wc -l',
      'git -C /work/site.git log --all | grep -c Mira',
    ],
    tags: ['git', 'easy'],
  },
  {
    id: 'git-versions-by-tag',
    instruction:
      '/work/prices.git is a bare git repository. For each tag in it, write the content that the file prices.txt had at ' +
      'that tag to /work/prices/<tag>.txt; for a tag at which there is no prices.txt, write no file. Make the folder, ' +
      'leave nothing else behind, change nothing in the repository and print nothing.',
    setup: repository('/work/prices.git', [
      {
        author: 'Sam',
        subject: 'Begin',
        change: 'echo hello > README',
        after: 'git tag v0.1 && git tag first-day',
      },
      {
        author: 'Sam',
        subject: 'Prices',
        change: String.raw`printf 'rope 12\nlamp 30\n' > prices.txt`,
        after: 'git tag v1.0',
      },
      { author: 'Ivo', subject: 'Raise', change: String.raw`printf 'rope 14\nlamp 33\n' > prices.txt` },
      {
        author: 'Ivo',
        subject: 'Chain',
        change: 'echo chain 55 >> prices.txt',
        after: 'git tag spring-sale',
      },
      {
        author: 'Mira',
        subject: 'Copy',
        change: 'mkdir old && cp prices.txt old/prices.txt && echo rope 1 > prices.txt',
      },
      { author: 'Mira', subject: 'Fix', change: 'echo rope 15 > prices.txt', after: 'git tag v1.1' },
      { author: 'Mira', subject: 'Now', change: 'echo rope 99 > prices.txt' },
    ]),
    gold:
      'mkdir /work/prices && for t in $(git -C /work/prices.git tag); do ' +
      'if git -C /work/prices.git cat-file -e "$t:prices.txt" 2> /dev/null; then ' +
      'git -C /work/prices.git show "$t:prices.txt" > "/work/prices/$t.txt"; fi; done',
    wrong: [
      'mkdir /work/prices && for t in $(git -C /work/prices.git tag); do ' +
        'git -C /work/prices.git show "$t:prices.txt" > "/work/prices/$t.txt" 2> /dev/null; done',
      'mkdir /work/prices && for t in v1.0 v1.1; do git -C /work/prices.git show "$t:prices.txt" > "/work/prices/$t.txt"; done',
      'git clone -q /work/prices.git /work/prices && cd /work/prices && for t in v1.0 v1.1 spring-sale; do ' +
        'git show "$t:prices.txt" > "$t.txt"; done',
    ],
    tags: ['git', 'medium'],
  },
  {
    id: 'git-who-deleted',
    instruction:
      'In the bare git repository /work/plans.git, the file pump/manual.txt was removed on the branch main. Print the ' +
      'author and the subject of the commit after which it was gone for good, as "<author>: <subject>". Change nothing ' +
      'in the repository.',
    setup: repository('/work/plans.git', [
      {
        author: 'Noor',
        subject: 'Describe the pump',
        change: 'mkdir pump && echo turn > pump/manual.txt && echo 1 > index',
      },
      { author: 'Otis', subject: 'Remove papers', change: 'git rm -q pump/manual.txt' },
      {
        author: 'Noor',
        subject: 'Bring back what was lost',
        change: 'mkdir -p pump && echo turn > pump/manual.txt',
      },
      { author: 'Tove', subject: 'Shorten text', change: 'echo push > pump/manual.txt' },
      { author: 'Bela', subject: 'Clean up drawings', change: 'git rm -q pump/manual.txt && echo 2 > index' },
      { author: 'Juan', subject: 'Delete pump/manual.txt from index', change: 'echo 3 > index' },
      { author: 'Priya', subject: 'Number pages', change: 'mkdir -p tank && echo fill > tank/manual.txt' },
      { author: 'Otis', subject: 'Drop tank', change: 'git rm -q tank/manual.txt' },
    ]),
    gold: "git -C /work/plans.git log -1 --diff-filter=D --format='%an: %s' main -- pump/manual.txt",
    wrong: [
      "git -C /work/plans.git log --reverse --diff-filter=D --format='%an: %s' main -- pump/manual.txt | head -n 1",
      "git -C /work/plans.git log -1 --format='%an: %s' --grep='manual.txt'",
      "git -C /work/plans.git log -1 --diff-filter=D --format='%an: %s' main",
    ],
    tags: ['git', 'hard'],
  },
];
