import { describe, expect, it } from 'vitest';
import { begun, environmentOf } from './begun.ts';
import { type Answers, type Call, rowsDocument } from './fake-driver.ts';

const LOST = { sessionRestarted: true };
const BROKEN = { exitCode: 1, output: 'Traceback\nValueError: of the statement' };
const GOLD: Answers = { execute: () => rowsDocument(['a'], [[1]], 1) };

/** Answers of an episode's driver: each `execute` takes the next of the list, the last one again and again. */
function inTurn(...answers: readonly object[]): () => object {
  let at = -1;
  return () => {
    at = Math.min(at + 1, answers.length - 1);
    return answers[at] ?? {};
  };
}

describe('a driver that the agent breaks', () => {
  it('and that cannot be started again leaves an error for every action, and a grade', async () => {
    let begins = 0;
    const { play } = await begun(
      { task: 0 },
      {
        execute: inTurn(rowsDocument(['a'], [[1]], 1), LOST),
        begin: () => {
          begins += 1;
          return begins === 1 ? {} : BROKEN;
        },
      },
      GOLD,
    );
    await play.act({ code: 'SELECT 1' });
    const lost = await play.act({ code: 'fill the disk' });
    expect(lost.observation).toMatchObject({ exit_code: 1, session_restarted: true, error: { code: 2013 } });
    for (let again = 0; again < 2; again += 1) {
      const { observation } = await play.act({ code: 'SELECT 1' });
      expect(observation).toMatchObject({ exit_code: 1, error: { code: 2006 } });
    }
    expect(begins).toBe(2);
    expect(await play.grade({ final: false })).toMatchObject({ reward: 1, success: true });
    expect(await play.grade({ answer: 'SELECT 2', final: true })).toMatchObject({ reward: 1 });
  });

  it('and whose session ends again at the restart still gets a grade', async () => {
    let begins = 0;
    const { play } = await begun(
      { task: 0 },
      {
        execute: () => LOST,
        begin: () => {
          begins += 1;
          return begins === 1 ? {} : { ...LOST, timedOut: true };
        },
      },
      GOLD,
    );
    await play.act({ code: 'loop' });
    expect(await play.grade({ final: true })).toMatchObject({ reward: 0, success: false });
  });

  it('reports a result that it cannot return as an error and continues', async () => {
    const { play, sandbox } = await begun(
      { task: 0 },
      { execute: inTurn(BROKEN, { output: '{', truncatedBytes: 9 }, rowsDocument(['a'], [[1]], 1)) },
      GOLD,
    );
    for (let again = 0; again < 2; again += 1) {
      const { observation } = await play.act({ code: 'odd' });
      expect(observation).toMatchObject({ exit_code: 1, error: { code: 2027 } });
      expect(observation.session_restarted).toBeUndefined();
    }
    expect(sandbox.driverCalls.map(({ call }) => call)).not.toContain('prepare');
    await play.act({ code: 'SELECT 1' });
    expect((await play.grade({ final: true })).reward).toBe(1);
  });

  it.each([
    ['ends', LOST],
    ['fails', BROKEN],
  ])('and that %s as it tells the rows of the answer has no rows to be right', async (_, answer) => {
    const { play } = await begun(
      { task: 0 },
      { execute: () => rowsDocument(['a'], [[1]], 2), answer: () => answer },
      {
        // The gold's rows come with it; its own sandbox is not asked for more.
        execute: ({ sql }) => rowsDocument(['a'], sql === 'SELECT 1' ? [[1]] : [[1], [2]], 2),
        answer: () => answer,
      },
    );
    await play.act({ code: 'SELECT 1' });
    expect(await play.grade({ final: true })).toMatchObject({ reward: 0, success: false });
  });

  it('is a fault where it begins, as no statement came before', async () => {
    const { environment } = environmentOf({ begin: () => BROKEN });
    const reset = environment.choose({ task: 0 }, 0).begin();
    await expect(reset).rejects.toMatchObject({ name: 'SandboxError', code: 'runner_fault' });
  });
});

const TIMED_OUT = { ...rowsDocument([], []), results: [], timed_out: true };
const RESTARTED = { ...rowsDocument([], []), results: [], restarted: true };

describe('a driver that is lost at a grade', () => {
  const goldOr =
    (others: (sql: string) => object): NonNullable<Answers['execute']> =>
    ({ sql }) =>
      ['first', 'last'].includes(String(sql)) ? others(String(sql)) : rowsDocument(['a'], [[7]]);
  const sqlOf = (calls: readonly Call[]) =>
    calls.flatMap(({ call, sql }) => (call === 'execute' ? [String(sql)] : []));

  it.each([
    ['killed', LOST],
    ['held up past the deadline', { ...LOST, timedOut: true }],
    ['unable to tell', BROKEN],
    ['late', TIMED_OUT],
    ['without its server', RESTARTED],
  ])('%s at the submitted statement has the episode played again elsewhere', async (_, end) => {
    for (const [rows, reward] of [
      [[[7]], 1],
      [[[8]], 0],
    ] as const) {
      const { play, source } = await begun(
        { task: 0 },
        { execute: goldOr((sql) => (sql === 'last' ? end : rowsDocument(['a'], [[1]]))) },
        {
          execute: goldOr((sql) => rowsDocument(['a'], sql === 'last' ? rows.map((row) => [...row]) : [[1]])),
        },
      );
      await play.act({ code: 'first' });
      expect(await play.grade({ answer: 'last', final: true })).toMatchObject({ reward });
      const [, again] = source.of('grading');
      expect(sqlOf(again?.driverCalls ?? [])).toEqual(['first', 'last']);
      expect(again?.remains).toHaveLength(1);
    }
  });

  it('and again in the second try leaves the grade of what was there before', async () => {
    for (const [row, reward] of [
      [7, 1],
      [1, 0],
    ] as const) {
      const execute = goldOr((sql) => (sql === 'last' ? LOST : rowsDocument(['a'], [[row]])));
      const { play } = await begun({ task: 0 }, { execute }, { execute });
      await play.act({ code: 'first' });
      expect(await play.grade({ answer: 'last', final: true })).toMatchObject({ reward });
    }
  });

  it('with the rows of the answer has them told by another, as they were before later statements', async () => {
    let lost = false;
    const { play, source } = await begun(
      { task: 0 },
      {
        execute: goldOr((sql) => {
          if (sql === 'first') return rowsDocument(['a'], [], 1);
          lost = true;
          return LOST;
        }),
        answer: () => (lost ? {} : { rows: [[7]] }),
      },
      { execute: goldOr(() => rowsDocument(['a'], [], 1)), answer: () => ({ rows: [[7]] }) },
    );
    await play.act({ code: 'first' });
    await play.act({ code: 'last' });
    expect(await play.grade({ final: true })).toMatchObject({ reward: 1 });
    expect(sqlOf(source.of('grading')[1]?.driverCalls ?? [])).toEqual(['first']);
  });

  it('is a failure where no second try is possible', async () => {
    const execute = goldOr((sql) => (sql === 'last' ? LOST : rowsDocument(['a'], [[1]])));
    let begins = 0;
    const begin = () => {
      begins += 1;
      return begins === 1 ? {} : LOST;
    };
    const { play } = await begun({ task: 0 }, { execute }, { execute, begin });
    await expect(play.grade({ answer: 'last', final: true })).rejects.toMatchObject({ code: 'died' });
  });

  it('is not played again if the statement itself fails', async () => {
    const error = { code: 1, state: '42000', message: 'syntax error' };
    const execute = goldOr(() => ({ ...rowsDocument([], []), results: [], error }));
    const { play, source } = await begun({ task: 0 }, { execute }, { execute });
    expect(await play.grade({ answer: 'last', final: true })).toMatchObject({ reward: 0 });
    expect(source.of('grading')).toHaveLength(1);
  });

  it('is not played again if the statement exceeded a deadline that is longer than any pause', async () => {
    const execute = goldOr((sql) => (sql === 'last' ? TIMED_OUT : rowsDocument(['a'], [[1]])));
    for (const [stepTimeoutMs, tries] of [
      [10_000, 1],
      [9_999, 2],
    ] as const) {
      const { play, source } = await begun({ task: 0 }, { execute }, { execute }, { stepTimeoutMs });
      expect(await play.grade({ answer: 'last', final: true })).toMatchObject({ reward: 0 });
      // The first is that of the gold.
      expect(source.of('grading')).toHaveLength(tries);
    }
  });

  it('after more than can be played again is graded by what is there', async () => {
    const execute = goldOr((sql) => (sql === 'last' ? LOST : rowsDocument(['a'], [[1]])));
    const { play, source } = await begun({ task: 0 }, { execute }, { execute });
    for (let at = 0; at < 3; at += 1) await play.act({ code: `SELECT '${'x'.repeat(400_000)}'` });
    await play.act({ code: 'first' });
    expect(await play.grade({ answer: 'last', final: true })).toMatchObject({ reward: 0 });
    expect(source.of('grading')).toHaveLength(1);
  });

  describe('with a limit of time', () => {
    const playedFor = (durationMs: number, answer: object = rowsDocument(['a'], [[1]])) => ({
      output: JSON.stringify(answer),
      durationMs,
    });
    const timeouts = (calls: readonly Call[] = []) =>
      calls.flatMap(({ call, timeout_ms }) => (call === 'execute' ? [Number(timeout_ms)] : []));

    it('cuts the submitted statement there, and the second try where the first one left off', async () => {
      const { play, sandbox, source } = await begun(
        { task: 0 },
        { execute: goldOr((sql) => (sql === 'last' ? { ...LOST, durationMs: 400 } : playedFor(50))) },
        {
          execute: goldOr((sql) => playedFor(200, rowsDocument(['a'], [[sql === 'last' ? 7 : 1]]))),
        },
      );
      await play.act({ code: 'first' });
      const { reward } = await play.grade({ answer: 'last', final: true, atMostMs: 1000 });
      expect(reward).toBe(1);
      expect(timeouts(sandbox.driverCalls)).toEqual([5000, 1000]);
      const [first = 0, last = 0] = timeouts(source.of('grading')[1]?.driverCalls);
      expect(first).toBeGreaterThan(500);
      expect(first).toBeLessThan(600);
      expect(last).toBe(first - 200);
    });

    it.each([
      ['is not tried again if none is left', 1000, 50, null],
      ['is not played to its end if the second try uses the rest', 400, 600, ['first']],
    ])('%s', async (_, lostAfterMs, againMs, played) => {
      const { play, source } = await begun(
        { task: 0 },
        { execute: goldOr((sql) => (sql === 'last' ? { ...LOST, durationMs: lostAfterMs } : playedFor(50))) },
        { execute: goldOr(() => playedFor(againMs, rowsDocument(['a'], [[7]]))) },
      );
      await play.act({ code: 'first' });
      expect(await play.grade({ answer: 'last', final: true, atMostMs: 1000 })).toMatchObject({ reward: 0 });
      const again = source.of('grading')[1];
      expect(again === undefined ? null : sqlOf(again.driverCalls)).toEqual(played);
    });
  });
});
