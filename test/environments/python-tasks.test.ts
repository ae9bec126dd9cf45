import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { python as environment } from '../../environments/python/definition.ts';
import { PythonTaskRecord, type PythonTest } from '../../environments/python/task.ts';
import { describeUnless, unlessRequired } from '../requirements.ts';
import { python } from './python/source.ts';

const DIFFICULTIES = ['easy', 'medium', 'hard'];

type Kind = 'code' | 'stdin' | 'args';

function kindOf(unit: PythonTest): Kind {
  if ('code' in unit) return 'code';
  return 'stdin' in unit ? 'stdin' : 'args';
}

/**
 * Runs the solutions of every task against its tests, all in one interpreter: ours are trusted, so a namespace each is
 * enough. Lines of output are compared as sets of words, more leniently than any grade.
 */
const CHECKER = python`
  import io, json, signal, sys

  class Late(BaseException):
      pass

  def late(*ignored):
      raise Late

  def lines(text):
      return {' '.join(line.split()) for line in text.splitlines()} - {''}

  def passes(task, solution, test):
      names = {'__name__': '__main__'}
      streams = sys.stdin, sys.stdout
      sys.stdin, sys.stdout = io.StringIO(test.get('stdin', '')), io.StringIO()
      signal.setitimer(signal.ITIMER_REAL, 5)
      try:
          exec(compile(task.get('setup', '') + '\n' + solution, 'solution', 'exec'), names)
          if 'code' in test:
              exec(compile(test['code'], 'test', 'exec'), names)
              return True
          if 'args' in test:
              value = names[task['entry']](*json.loads(json.dumps(test['args'])))
              return json.dumps(value) == json.dumps(test['value'])
          return lines(sys.stdout.getvalue()) == lines(test['stdout'])
      except BaseException:
          return False
      finally:
          signal.setitimer(signal.ITIMER_REAL, 0)
          sys.stdin, sys.stdout = streams

  def idle(task):
      if 'entry' not in task:
          return ['', 'raise ValueError\n']
      name = task['entry']
      return [
          f'def {name}(*ignored, **named): return None\n',
          f'def {name}(*ignored, **named): raise ValueError\n',
          f'class {name}:\n  def __init__(self, *ignored): pass\n  def __getattr__(self, name): return print\n',
      ]

  def failed(task, solution):
      return [test['name'] for test in task['tests'] if not passes(task, solution, test)]

  def invalid(source):
      try:
          compile(source, 'cheat', 'exec')
      except SyntaxError as error:
          return [str(error)]
      return []

  signal.signal(signal.SIGALRM, late)
  report = {}
  for task in json.load(sys.stdin):
      names = {test['name'] for test in task['tests']}
      report[task['id']] = {
          'gold': failed(task, task['gold']),
          'wrong': [failed(task, solution) for solution in task['wrong']],
          'idle': [sorted(names - {*failed(task, solution)}) for solution in idle(task)],
          'cheats': [fault for source in task['cheats'] for fault in invalid(source)],
      }
  json.dump(report, sys.stdout)
`;

interface Outcome {
  /** Names of the tests that the gold fails. */
  readonly gold: readonly string[];
  /** The same for each wrong solution. */
  readonly wrong: readonly (readonly string[])[];
  /** Names of the tests that solutions pass which do nothing, or only raise. */
  readonly idle: readonly (readonly string[])[];
  /** Syntax errors of the cheats. */
  readonly cheats: readonly string[];
}

/** Why the solutions cannot be run here, or `null`. */
function pythonMissing(): string | null {
  const { error, status } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
  if (error !== undefined) return 'there is no python3';
  return status === 0 ? null : 'python3 is older than 3.11';
}

describe('the built-in Python tasks', () => {
  test('have ids, instructions and golds of their own', () => {
    expect(environment.builtIn.tasks.length).toBeGreaterThanOrEqual(60);
    for (const field of ['id', 'instruction', 'gold'] as const) {
      expect(new Set(environment.builtIn.tasks.map((task) => task[field])).size).toBe(
        environment.builtIn.tasks.length,
      );
    }
  });

  test('have tests of every kind', () => {
    const kinds = environment.builtIn.tasks.map(({ tests }) =>
      [...new Set((tests ?? []).map(kindOf))].join(),
    );
    const count = (kind: Kind) => kinds.filter((found) => found === kind).length;
    expect(count('code')).toBeGreaterThanOrEqual(36);
    for (const kind of ['stdin', 'args'] as const) expect(count(kind)).toBeGreaterThanOrEqual(12);
  });

  test('cover every difficulty, visibility and many topics', () => {
    for (const difficulty of DIFFICULTIES) {
      const count = environment.builtIn.tasks.filter(({ tags }) => tags?.includes(difficulty)).length;
      expect(count, difficulty).toBeGreaterThanOrEqual(10);
    }
    for (const visibility of [undefined, 'names', 'full']) {
      const count = environment.builtIn.tasks.filter((task) => task.visibility === visibility).length;
      expect(count, visibility ?? 'hidden').toBeGreaterThanOrEqual(10);
    }
    expect(new Set(environment.builtIn.tasks.map(({ tags }) => tags?.[0])).size).toBeGreaterThanOrEqual(15);
  });

  describe.each(environment.builtIn.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
    test('is a valid record', () => {
      expect(PythonTaskRecord.safeParse(task).error?.message).toBeUndefined();
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(task.tags?.filter((tag) => DIFFICULTIES.includes(tag))).toHaveLength(1);
    });

    test('says what is to be written', () => {
      expect(task.instruction).toMatch(new RegExp(task.entry ?? '[Ss]tandard input'));
      expect(task.entry === undefined).toBe(task.tests?.some((unit) => kindOf(unit) === 'stdin'));
    });

    test('has three to eight tests, two wrong solutions and a cheat', () => {
      expect(task.tests?.length).toBeGreaterThanOrEqual(3);
      expect(task.tests?.length).toBeLessThanOrEqual(8);
      expect(new Set(task.tests?.map(({ name }) => name)).size).toBe(task.tests?.length);
      expect(new Set(task.wrong).size).toBeGreaterThanOrEqual(2);
      expect(new Set(task.cheats).size).toBeGreaterThanOrEqual(1);
    });
  });
});

const missing = unlessRequired('python', pythonMissing());

describeUnless(missing, 'the solutions of the built-in Python tasks', () => {
  let report: Record<string, Outcome>;

  beforeAll(() => {
    const { stdout, stderr } = spawnSync('python3', ['-I', '-W', 'ignore', '-c', CHECKER], {
      input: JSON.stringify(environment.builtIn.tasks),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      timeout: 120_000,
    });
    if (stdout === '') throw new Error(`the checker said nothing but: ${stderr}`);
    report = JSON.parse(stdout);
  }, 130_000);

  describe.each(environment.builtIn.tasks.map(({ id }) => ({ id })))('$id', ({ id }) => {
    test('the gold passes every test', () => {
      expect(report[id]?.gold).toEqual([]);
    });

    test('each wrong solution fails a test', () => {
      expect(report[id]?.wrong.filter((failed) => failed.length === 0)).toEqual([]);
    });

    test('a solution that does nothing, or only raises, passes no test', () => {
      expect(report[id]?.idle.flat()).toEqual([]);
    });

    test('the cheats are Python', () => {
      expect(report[id]?.cheats).toEqual([]);
    });
  });
});
