import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bash } from '../../environments/bash/definition.ts';
import { python } from '../../environments/python/definition.ts';
import { sql } from '../../environments/sql/definition.ts';

/** JSON with the keys of each object in order, so that equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/**
 * SHA-256 of the canonical JSON of each built-in dataset, computed from the records in TypeScript that the folders replaced. A change
 * of a record or of the order can change a score, which takes a new version of the environment; new tasks come last.
 */
const FIRST = [
  {
    id: 'bash-v1',
    dataset: { name: bash.builtIn.name, image: bash.builtIn.image, tasks: bash.builtIn.tasks },
    tasks: 48,
    sha256: 'fa4b18b09c29f385f21e99c790a3786d928f03275a9aec130c3f68e3c4ab6052',
  },
  {
    id: 'python-v1',
    dataset: { name: python.builtIn.name, tasks: python.builtIn.tasks },
    tasks: 60,
    sha256: 'aa066938559eee757df95cb27773b5082c18d4f659c3397a67e09e835ce6b030',
  },
  {
    id: 'sql-v1',
    dataset: {
      name: sql.builtIn.name,
      databases: sql.builtIn.databases?.slice(0, 4),
      tasks: sql.builtIn.tasks,
    },
    tasks: 60,
    sha256: 'd21bd475527296253b78c22d2ce2e3c4ca7604dfe2086b1a6de2b2c45dac5928',
  },
];

/** Names that npm leaves out of a package, or that git takes for its own. */
const NOT_PACKED =
  /^(\.git|\.gitignore|\.gitattributes|\.npmignore|\.npmrc|\.DS_Store|node_modules|package-lock\.json|.*\.orig)$/;

describe('the built-in tasks', () => {
  it.each(FIRST)('of $id are the records they were, in their order', ({ dataset, tasks, sha256 }) => {
    const first = { ...dataset, tasks: dataset.tasks.slice(0, tasks) };
    expect(first.tasks).toHaveLength(tasks);
    expect(createHash('sha256').update(canonical(first)).digest('hex')).toBe(sha256);
  });

  it.each(['bash', 'python', 'sql', 'terminal'])('of %s are files that git and npm keep', (name) => {
    const folder = resolve(import.meta.dirname, '../../environments', name, 'tasks');
    const lost = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink() || NOT_PACKED.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(lost, 'give these as entries of `task.toml`').toEqual([]);
  });
});
