import type { BashTaskRecord } from '../task.ts';

interface Commit {
  readonly author: string;
  readonly subject: string;
  /** New contents by path; `null` deletes. */
  readonly files: Readonly<Record<string, string | null>>;
  /** @default main */
  readonly branch?: string;
  /** Number of the parent, from 1. @default the branch's last commit */
  readonly parent?: number;
  /** Further references to this commit, e.g. `tags/v1.0`. */
  readonly references?: readonly string[];
}

const data = (text: string) => `data <<EOD\n${text}\nEOD`;

function commitLines(
  { author, subject, files, branch = 'main', parent, references = [] }: Commit,
  n: number,
) {
  const time = `${Date.UTC(2024, 4, n, 10) / 1000} +0000`;
  return [
    `commit refs/heads/${branch}`,
    `mark :${n}`,
    `author ${author} <${author.toLowerCase()}@well.example> ${time}`,
    `committer Forge <forge@well.example> ${time}`,
    data(subject),
    ...(parent === undefined ? [] : [`from :${parent}`]),
    ...Object.entries(files).flatMap(([path, text]) =>
      text === null ? `D ${path}` : [`M 100644 inline ${path}`, data(text)],
    ),
    ...references.flatMap((reference) => [`reset refs/${reference}`, `from :${n}`, '']),
  ];
}

/** Commands that make a bare repository: one without an index, so that reading it changes no file. */
function repository(path: string, commits: readonly Commit[]): string {
  return [
    `git init -q --bare -b main ${path} && git -C ${path} fast-import --quiet <<'END'`,
    ...commits.flatMap((commit, n) => commitLines(commit, n + 1)),
    'END',
  ].join('\n');
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
        files: { [`page${n}.html`]: `page ${n}` },
        references: n === 5 ? ['heads/old'] : [],
      })),
      ...['Mira', 'Mirabel', 'Mira', 'Mira'].map((author, n) => ({
        author,
        subject: `Draft ${n}`,
        files: { 'draft.html': `draft ${n}` },
        branch: 'drafts',
        ...(n === 0 ? { parent: AUTHORS.length } : {}),
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
        files: { README: 'hello' },
        references: ['tags/v0.1', 'tags/first-day'],
      },
      {
        author: 'Sam',
        subject: 'Prices',
        files: { 'prices.txt': 'rope 12\nlamp 30' },
        references: ['tags/v1.0'],
      },
      { author: 'Ivo', subject: 'Raise', files: { 'prices.txt': 'rope 14\nlamp 33' } },
      {
        author: 'Ivo',
        subject: 'Chain',
        files: { 'prices.txt': 'rope 14\nlamp 33\nchain 55' },
        references: ['tags/spring-sale'],
      },
      { author: 'Mira', subject: 'Copy', files: { 'old/prices.txt': 'rope 14', 'prices.txt': 'rope 1' } },
      { author: 'Mira', subject: 'Fix', files: { 'prices.txt': 'rope 15' }, references: ['tags/v1.1'] },
      { author: 'Mira', subject: 'Now', files: { 'prices.txt': 'rope 99' } },
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
      { author: 'Noor', subject: 'Describe the pump', files: { 'pump/manual.txt': 'turn', index: '1' } },
      { author: 'Otis', subject: 'Remove papers', files: { 'pump/manual.txt': null } },
      { author: 'Noor', subject: 'Bring back what was lost', files: { 'pump/manual.txt': 'turn' } },
      { author: 'Tove', subject: 'Shorten text', files: { 'pump/manual.txt': 'push' } },
      { author: 'Bela', subject: 'Clean up drawings', files: { 'pump/manual.txt': null, index: '2' } },
      { author: 'Juan', subject: 'Delete pump/manual.txt from index', files: { index: '3' } },
      { author: 'Priya', subject: 'Number pages', files: { 'tank/manual.txt': 'fill' } },
      { author: 'Otis', subject: 'Drop tank', files: { 'tank/manual.txt': null } },
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
