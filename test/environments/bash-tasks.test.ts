import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bash } from '../../environments/bash/definition.ts';
import { BashTaskRecord } from '../../environments/bash/task.ts';

const DIFFICULTIES = ['easy', 'medium', 'hard'];
/** The reward ignores /tmp and the system's folders, so a task's files are nowhere else. */
const ROOTS = ['/work/', '/data/', '/home/agent/'];

const joined = (gold: BashTaskRecord['gold']) => (typeof gold === 'string' ? gold : gold.join(';'));

describe('the built-in Bash tasks', () => {
  test('are at least forty, with ids of their own', () => {
    expect(bash.builtIn.tasks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(bash.builtIn.tasks.map(({ id }) => id)).size).toBe(bash.builtIn.tasks.length);
    expect(new Set(bash.builtIn.tasks.map(({ instruction }) => instruction)).size).toBe(
      bash.builtIn.tasks.length,
    );
  });

  test('cover every difficulty and many topics', () => {
    const tags = bash.builtIn.tasks.flatMap((task) => task.tags ?? []);
    for (const difficulty of DIFFICULTIES) {
      expect(tags.filter((tag) => tag === difficulty).length).toBeGreaterThanOrEqual(10);
    }
    for (const topic of ['find', 'text', 'permissions', 'archives', 'processes', 'json', 'dates', 'git']) {
      expect(tags.filter((tag) => tag === topic).length).toBeGreaterThanOrEqual(3);
    }
  });

  describe.each(bash.builtIn.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
    test('is a valid record with a kebab-case id', () => {
      expect(BashTaskRecord.safeParse(task).error).toBeUndefined();
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    });

    test('has a topic and one difficulty', () => {
      const tags = task.tags ?? [];
      expect(tags.filter((tag) => DIFFICULTIES.includes(tag))).toHaveLength(1);
      expect(tags.filter((tag) => !DIFFICULTIES.includes(tag)).length).toBeGreaterThanOrEqual(1);
      expect(new Set(tags).size).toBe(tags.length);
    });

    test('has files of its own where the reward looks', () => {
      const files = task.files ?? [];
      expect(files.length > 0 || task.setup !== undefined).toBe(true);
      for (const { path } of files) {
        expect(posix.normalize(path)).toBe(path);
        expect(ROOTS.some((root) => path.startsWith(root))).toBe(true);
      }
      expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    });

    test('names in its instruction the place where the work is', () => {
      expect(ROOTS.some((root) => task.instruction.includes(root.slice(0, -1)))).toBe(true);
    });

    test('has at least two wrong answers, none of them the gold', () => {
      const wrong = task.wrong ?? [];
      expect(wrong.length).toBeGreaterThanOrEqual(2);
      expect(new Set([...wrong, joined(task.gold)]).size).toBe(wrong.length + 1);
    });
  });
});
