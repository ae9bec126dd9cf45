import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../protocol/errors.ts';
import { begun, DEFAULTS, environmentOf } from './begun.ts';
import { type Answers, rowsDocument } from './fake-driver.ts';

function refusal(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ProtocolError) return { error: error.error, issues: error.details.issues };
    throw error;
  }
  return undefined;
}

describe('the images of sql-v1', () => {
  const { environment } = environmentOf();

  it('are two for the built-in tasks and one for each other dataset, all with a driver', () => {
    expect(environment.images.map(({ name, from }) => [name, from])).toEqual([
      ['sql-built-in-sqlite', 'python'],
      ['sql-built-in-mysql', 'sql'],
      ['mine', 'sql'],
      ['sql-plain', 'python'],
    ]);
    for (const { prepare } of environment.images) expect(prepare).toContain('stepwell_sql = calls.Calls(');
    expect(environment.defaultImage).toBe('sql-built-in-sqlite');
  });

  it('follow the dialect that a reset asks for', async () => {
    for (const [dialect, image] of [
      [undefined, 'sql-built-in-sqlite'],
      ['sqlite', 'sql-built-in-sqlite'],
      ['mysql', 'sql-built-in-mysql'],
    ] as const) {
      const { source } = await begun(dialect === undefined ? { task: 0 } : { task: 0, dialect });
      expect(source.handedOut[0]?.options).toMatchObject({ image, purpose: 'episode' });
    }
  });
});

describe('options', () => {
  const { environment } = environmentOf();

  it('that make no sense are refused by name before a sandbox is taken', () => {
    const field = (name: string) => ({ error: 'invalid_params', issues: [{ field: name }] });
    expect(refusal(() => environment.choose({ dataset: 'mine', dialect: 'sqlite' }, 0))).toMatchObject(
      field('dialect'),
    );
    const weights = (given: Record<string, number>) => () =>
      environment.choose({ scoring: 'composite', weights: given }, 0);
    expect(refusal(weights({ style: 1 }))).toMatchObject(field('weights'));
    expect(refusal(weights({ format: 0, execution: 0, exploration: 0 }))).toMatchObject(field('weights'));
  });

  it('schema adds tables, columns and evidence to the instruction', async () => {
    const { play } = await begun({ dataset: 'mine', schema: true });
    expect(play.initial.observation.output).toBe(
      'How many?\n\nTables:\nauthor (name TEXT)\n\nEvidence: A pet is an animal.',
    );
  });

  it('schema adds only the tables that the task is about, where it names them', async () => {
    const tables = ['author', 'pet'].map((name) => ({ name, columns: [['name', 'TEXT']] }));
    const { play } = await begun({ dataset: 'Plain', schema: true }, { schema: () => ({ tables }) });
    expect(play.initial.observation.output).toContain('Tables:\npet (name TEXT)\n\n');
  });

  it('the agent gets its database alone, and all of them under intercode semantics', async () => {
    const native = await begun({ task: 0 });
    expect(native.sandbox.driverCalls[0]).toMatchObject({
      call: 'begin',
      database: 'library',
      all_databases: false,
      several: true,
    });
    const intercode = await begun({ dataset: 'mine', semantics: 'intercode' });
    expect(intercode.sandbox.driverCalls[0]).toMatchObject({
      database: 'pets',
      all_databases: true,
      several: false,
    });
  });
});

describe('an observation', () => {
  it('has values, columns, the true number of rows and the text', async () => {
    const rows = [
      [{ i: '9223372036854775807' }, { n: '2.50' }, null, { b: '/wA=' }],
      [1, { f: 'nan' }, 'x', { t: '2020-01-31 08:00:00' }],
    ];
    const { play } = await begun({ task: 0 }, { execute: () => rowsDocument(['a', 'b', 'c', 'd'], rows, 7) });
    const { observation } = await play.act({ code: 'SELECT 1' });
    expect(observation).toMatchObject({
      exit_code: 0,
      timed_out: false,
      truncated_bytes: 0,
      columns: ['a', 'b', 'c', 'd'],
      rows: [
        ['9223372036854775807', '2.50', null, '0xff00'],
        [1, 'nan', 'x', '2020-01-31 08:00:00'],
      ],
      row_count: 7,
    });
    expect(observation.output).toContain('(first 2 of 7 rows)');
  });

  it('has no more rows than asked for', async () => {
    const rows = Array.from({ length: 50 }, (_, at) => [at]);
    const { play, sandbox } = await begun(
      { task: 0, max_rows: 3 },
      { execute: () => rowsDocument(['a'], rows) },
    );
    const { observation } = await play.act({ code: 'SELECT a FROM t' });
    expect(observation).toMatchObject({ rows: [[0], [1], [2]], row_count: 50 });
    expect(sandbox.driverCalls.at(-1)).toMatchObject({ max_rows: 3, max_bytes: DEFAULTS.maxOutputBytes });
  });

  it('says under intercode semantics, too, that rows are left out', async () => {
    const answers = { execute: () => rowsDocument(['a'], [[1], [2]], 5) };
    const { play } = await begun({ dataset: 'mine', semantics: 'intercode' }, answers);
    const { observation } = await play.act({ code: 'SELECT a FROM t' });
    expect(observation.output).toBe('[(1,), (2,)]\n[… 3 of 5 rows not shown …]');
  });

  it('reports an error of the database server, in InterCode semantics as text', async () => {
    const error = { code: 1146, state: '42S02', message: "Table 'a.b' doesn't exist" };
    const answers = { execute: () => ({ ...rowsDocument([], []), results: [], error }) };
    const native = await (await begun({ task: 0 }, answers)).play.act({ code: 'x' });
    expect(native.observation).toMatchObject({
      exit_code: 1,
      error: { code: 1146, sqlstate: '42S02', message: error.message },
      output: `ERROR 1146 (42S02): ${error.message}`,
    });
    const intercode = await begun({ dataset: 'mine', semantics: 'intercode' }, answers);
    const { observation, info } = await intercode.play.act({ code: 'x' });
    expect(observation.output).toBe(`Error executing query: ${error.message}`);
    expect(info).toEqual({ action_executed: false });
  });
});

describe('the answer', () => {
  const answers: Answers = {
    execute: ({ sql }) =>
      sql === 'right'
        ? rowsDocument(['n'], [[7]])
        : { ...rowsDocument([], []), results: [], error: { code: 1, state: 'HY000', message: 'no' } },
  };
  const gold: Answers = { execute: () => rowsDocument(['n'], [[7]]) };

  it('is the last rows, whatever failed after them', async () => {
    const { play } = await begun({ task: 0 }, answers, gold);
    expect(await play.grade({ final: false })).toMatchObject({ reward: 0 });
    await play.act({ code: 'right' });
    await play.act({ code: 'wrong' });
    expect(await play.grade({ final: true })).toMatchObject({
      reward: 1,
      components: { execution_match: 1 },
    });
  });

  it('is the last observation under intercode semantics', async () => {
    const { play } = await begun({ dataset: 'mine', semantics: 'intercode' }, answers, gold);
    await play.act({ code: 'right' });
    expect(await play.grade({ final: false })).toMatchObject({ reward: 1 });
    await play.act({ code: 'wrong' });
    expect(await play.grade({ answer: 'right', final: true })).toMatchObject({ reward: 0 });
  });

  it('is fetched for a grade where not all of it was shown, once', async () => {
    const all = Array.from({ length: 50 }, (_, at) => [at]);
    const cut: Answers = {
      execute: () => rowsDocument(['a'], all.slice(0, 3), 50),
      answer: () => ({ rows: all }),
    };
    const { play, sandbox, source } = await begun({ task: 0, max_rows: 3 }, cut, cut);
    await play.act({ code: 'SELECT a FROM t' });
    expect(await play.grade({ final: false })).toMatchObject({ reward: 1 });
    expect(await play.grade({ final: true })).toMatchObject({ reward: 1 });
    const calls = ['begin', 'execute', 'answer'];
    expect(sandbox.driverCalls.map(({ call }) => call)).toEqual(calls);
    expect(source.of('grading')[0]?.driverCalls.map(({ call }) => call)).toContain('answer');
  });

  it('is read again by another driver if its own was lost before all rows were read', async () => {
    let calls = 0;
    const lost: Answers = {
      execute: () => {
        calls += 1;
        return calls === 1 ? rowsDocument(['a'], [[1]], 2) : { sessionRestarted: true };
      },
    };
    for (const [rows, reward] of [
      [[[1], [2]], 1],
      [[[1], [3]], 0],
    ] as const) {
      calls = 0;
      const fresh: Answers = {
        execute: ({ sql }) =>
          rowsDocument(['a'], sql === 'SELECT a FROM t' ? rows.map((row) => [...row]) : [[1], [2]]),
      };
      const { play } = await begun({ task: 0 }, lost, fresh);
      await play.act({ code: 'SELECT a FROM t' });
      await play.act({ code: 'SELECT a FROM t' });
      expect(await play.grade({ final: true })).toMatchObject({ reward });
    }
  });

  it('may be a query given with submit', async () => {
    const { play } = await begun({ task: 0 }, answers, gold);
    expect(await play.grade({ answer: 'right', final: true })).toMatchObject({ reward: 1 });
  });

  it('is not graded where the gold query is no SQL', async () => {
    const broken: Answers = {
      execute: () => ({
        ...rowsDocument([], []),
        results: [],
        error: { code: 1064, state: '42000', message: 'syntax' },
      }),
    };
    const { play } = await begun({ task: 0 }, answers, broken);
    await play.act({ code: 'right' });
    const grade = await play.grade({ final: true });
    expect(grade.reward).toBeNull();
    expect(grade.info).toMatchObject({ ungraded: expect.stringContaining('syntax') });
  });

  it('is not graded where the gold query ended its session', async () => {
    const { play } = await begun({ task: 0 }, answers, { execute: () => ({ sessionRestarted: true }) });
    await expect(play.grade({ final: true })).rejects.toMatchObject({ code: 'died' });
  });

  it('is compared by a gold query that runs in a sandbox for grading, once', async () => {
    const { play, source } = await begun({ task: 0 }, answers, gold);
    await play.grade({ final: false });
    await play.grade({ final: true });
    const graders = source.of('grading');
    expect(graders).toHaveLength(1);
    expect(graders[0]?.driverCalls.map(({ call }) => call)).toEqual(['begin', 'schema', 'execute', 'finish']);
    expect(graders[0]?.remains).toEqual(['pristine']);
  });
});
