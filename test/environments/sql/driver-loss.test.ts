import { describe, expect, it } from 'vitest';
import { begun, environmentOf } from './begun.ts';
import { type Answers, rowsDocument } from './fake-driver.ts';

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

  it('and whose session ends as it is started again does so, too', async () => {
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

  it('observes what it cannot tell, and goes on', async () => {
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
      { execute: () => rowsDocument(['a'], [[1], [2]], 2) },
    );
    await play.act({ code: 'SELECT 1' });
    expect(await play.grade({ final: true })).toMatchObject({ reward: 0, success: false });
  });

  it('is a fault where it begins, as no statement came before', async () => {
    const { environment } = environmentOf({ begin: () => BROKEN });
    const reset = environment.reset(environment.choose({ task: 0 }, 0), { task: 0 });
    await expect(reset).rejects.toMatchObject({ name: 'SandboxError', code: 'runner_fault' });
  });
});
