import { describe, expect, it } from 'vitest';
import { GoldCache } from '../../../environments/gold-cache.ts';
import { SqlEnvironment } from '../../../environments/sql/environment.ts';
import type { SqlTaskRecord } from '../../../environments/sql/task.ts';
import { BUILT_IN } from '../../../environments/sql/tasks/built-in.ts';
import type { ResetOptions } from '../../../protocol/episode.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { type Answers, FakeDriverSource, rowsDocument } from './fake-driver.ts';

const DEFAULTS = { stepTimeoutMs: 5000, maxOutputBytes: 65_536 };
const MINE: SqlTaskRecord = {
  id: 'mine-0',
  instruction: 'How many?',
  database: 'pets',
  gold: 'SELECT COUNT(*) FROM pet',
  evidence: 'A pet is an animal.',
};

function environmentOf(episode: Answers = {}, grading: Answers = {}) {
  const source = new FakeDriverSource({ episode, grading });
  const environment = new SqlEnvironment({
    sandboxes: source,
    defaults: DEFAULTS,
    builtIn: BUILT_IN,
    datasets: [
      {
        name: 'mine',
        dialect: 'mysql',
        image: 'mine',
        definition: { name: 'mine', from: 'sql' },
        tasks: [MINE],
      },
      { name: 'Plain', dialect: 'sqlite', image: 'python', definition: null, tasks: [MINE] },
    ],
    goldCache: new GoldCache({ confirmAfterMs: 0 }),
    readme: '# r',
  });
  return { environment, source };
}

async function begun(options: ResetOptions, episode: Answers = {}, grading: Answers = {}) {
  const { environment, source } = environmentOf(episode, grading);
  const play = await environment.reset(environment.choose(options, 0), options);
  const [sandbox] = source.of('episode');
  if (sandbox === undefined) throw new Error('no sandbox was taken');
  return { play, sandbox, source };
}

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
    expect(refusal(() => environment.choose({ tests: 'full' }, 0))).toMatchObject(field('tests'));
  });

  it('schema adds tables, columns and evidence to the instruction', async () => {
    const { play } = await begun({ dataset: 'mine', schema: true });
    expect(play.initial.observation.output).toBe(
      'How many?\n\nTables:\nauthor (name TEXT)\n\nEvidence: A pet is an animal.',
    );
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

  it('tells an error of the server, and InterCode has it as text', async () => {
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

  it('goes with the driver where not all of it was shown', async () => {
    let calls = 0;
    const lost: Answers = {
      execute: () => {
        calls += 1;
        return calls === 1 ? rowsDocument(['a'], [[1]], 2) : { sessionRestarted: true };
      },
    };
    const two: Answers = { execute: () => rowsDocument(['a'], [[1], [2]]) };
    const { play } = await begun({ task: 0 }, lost, two);
    await play.act({ code: 'SELECT a FROM t' });
    await play.act({ code: 'SELECT a FROM t' });
    expect(await play.grade({ final: true })).toMatchObject({ reward: 0 });
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

describe('a sandbox is given back', () => {
  it('as pristine where the driver finds nothing written', async () => {
    const { play, sandbox } = await begun({ task: 0 });
    await play.release?.();
    await play.release?.();
    expect(sandbox.remains).toEqual(['pristine']);
  });

  it('as used where something was written, or the driver fails', async () => {
    for (const finish of [() => ({ pristine: false }), () => ({ exitCode: 1, output: 'Traceback' })]) {
      const { play, sandbox } = await begun({ task: 0 }, { finish });
      await play.release?.();
      expect(sandbox.remains).toEqual(['used']);
    }
  });

  it('as used where its session ended, after which a new driver goes on', async () => {
    let ended = false;
    const { play, sandbox } = await begun(
      { task: 0 },
      {
        execute: () => {
          if (ended) return rowsDocument(['a'], [[1]]);
          ended = true;
          return { sessionRestarted: true, timedOut: true };
        },
      },
    );
    const cut = await play.act({ code: 'SELECT 1' });
    expect(cut.observation).toMatchObject({ timed_out: true, exit_code: 124, session_restarted: true });
    expect(sandbox.driverCalls.map(({ call }) => call)).toEqual(['begin', 'execute', 'prepare', 'begin']);
    expect((await play.act({ code: 'SELECT 1' })).observation).toMatchObject({ rows: [[1]] });
    await play.release?.();
    expect(sandbox.remains).toEqual(['used']);
  });

  it('when the session of its driver ends as it begins', async () => {
    for (const [timedOut, code] of [
      [true, 'unresponsive'],
      [false, 'died'],
    ] as const) {
      const { environment, source } = environmentOf({ begin: () => ({ sessionRestarted: true, timedOut }) });
      const reset = environment.reset(environment.choose({ task: 0 }, 0), { task: 0 });
      await expect(reset).rejects.toMatchObject({ name: 'SandboxError', code });
      expect(source.of('episode')[0]?.remains).toHaveLength(1);
    }
  });

  it('when its database cannot be opened', async () => {
    const { environment, source } = environmentOf({ begin: () => ({ exitCode: 1, output: 'no such file' }) });
    const reset = environment.reset(environment.choose({ task: 0 }, 0), { task: 0 });
    await expect(reset).rejects.toMatchObject({ code: 'runner_fault' });
    expect(source.of('episode')[0]?.remains).toHaveLength(1);
  });
});
