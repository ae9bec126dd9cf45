import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskAnswers } from '../../environments/task-answers.ts';
import { taskFacts } from '../../environments/task-facts.ts';

describe('facts of tasks for cheats', () => {
  let home = '';

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-facts-'));
  });

  afterAll(() => rm(home, { recursive: true }));

  const factsOf = (environment: string, dataset?: string, added = {}) =>
    taskFacts({ home, added, environment, dataset });

  it.each(['bash-v1', 'sql-v1', 'python-v1'])(
    'tell of every built-in task of %s another gold',
    async (id) => {
      const facts = (await factsOf(id)) ?? [];
      expect(facts.length).toBeGreaterThan(40);
      expect(facts.every(({ anotherGold }) => typeof anotherGold === 'string')).toBe(true);
    },
  );

  it('name what a Python gold defines, the entry first, and never what it says', async () => {
    const tasks = join(home, 'tasks.jsonl');
    const gold = 'class Box:\n    def inner(self):\n        pass\n\ndef fill(x):\n    return Box()\n';
    const record = { instruction: 'Fill.', gold, tests: [{ name: 'a', code: 'assert fill(1)' }] };
    const records = [
      { ...record, id: 'one', entry: 'fill' },
      { ...record, id: 'two', entry: 'fill' },
      { ...record, id: 'three', gold: 'print(1)\n' },
    ];
    await writeFile(tasks, records.map((one) => JSON.stringify(one)).join('\n'));
    const facts = await factsOf('python-v1', 'mine', { 'python-v1:mine': tasks });
    expect(facts).toEqual([
      { id: 'one', index: 0, names: ['fill', 'Box'], anotherGold: 'print(1)\n' },
      { id: 'two', index: 1, names: ['fill', 'Box'], anotherGold: 'print(1)\n' },
      { id: 'three', index: 2, names: [], anotherGold: gold },
    ]);
  });

  it('use a reset option in the place of the dataset’s field, and no other option', async () => {
    const answersWith = (options: object) =>
      taskAnswers({ home, added: {}, environment: 'sql-v1', dataset: undefined, options: { ...options } });
    const [plain, sqlite, mysql, other] = await Promise.all(
      [{}, { dialect: 'sqlite', max_rows: 1 }, { dialect: 'mysql' }, { tasks: [] }].map(answersWith),
    );
    expect(sqlite).toEqual(plain);
    expect(other).toEqual(plain);
    expect(mysql).toHaveLength(plain?.length ?? 0);
    expect(mysql).not.toEqual(plain);
  });

  it('know the reward of a gold alone with these options', async () => {
    const rewards = async (options: object) => {
      const wanted = { home, added: {}, environment: 'sql-v1', dataset: undefined, options: { ...options } };
      const answers = (await taskAnswers(wanted)) ?? [];
      return [...new Set(answers.map(({ goldReward }) => goldReward))];
    };
    expect(await rewards({})).toEqual([1]);
    expect(await rewards({ scoring: 'intercode' })).toEqual([1]);
    expect(await rewards({ scoring: 'composite' })).toEqual([expect.closeTo(0.9, 9)]);
    const weights = { exploration: 1, format: 1, execution: 2 };
    expect(await rewards({ scoring: 'composite', weights, dialect: 'mysql' })).toEqual([0.75]);
  });

  it('are null where there is no such dataset or environment', async () => {
    expect(await factsOf('bash-v1', 'none')).toBeNull();
    expect(await factsOf('none-v1')).toBeNull();
  });
});
