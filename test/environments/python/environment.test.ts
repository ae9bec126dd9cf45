import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Environment } from '../../../environments/environment.ts';
import { PlayedEnvironment } from '../../../environments/played-environment.ts';
import { python } from '../../../environments/python/definition.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import type { ResetOptions } from '../../../protocol/episode.ts';
import { takeTurn } from '../../../server/episode/turn.ts';
import { BUILD_MS, type EngineCase, engineCases, openPool } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';

const TASK: PythonTaskRecord = {
  id: 'sum',
  instruction: 'Add up the numbers below n.',
  entry: 'total',
  setup: 'LIMIT = 10 ** 6\n',
  gold: 'def total(n):\n    return n * (n - 1) // 2\n',
  tests: [
    { name: 'small', code: 'assert total(4) == 6' },
    { name: 'large', code: 'assert total(LIMIT) == 499999500000' },
  ],
  visibility: 'full',
};
const SLOW = 'def total(n):\n    return sum(range(n) if n < 10 else list(range(n)) * 1)\n';

function itPlays(engine: EngineCase): void {
  let opened: Awaited<ReturnType<typeof openPool>>;
  let environment: Environment;

  beforeAll(async () => {
    opened = await openPool(engine, 'python');
    environment = new PlayedEnvironment(python, {
      sandboxes: opened.pool,
      defaults: { stepTimeoutMs: 5000, maxOutputBytes: 65_536 },
      datasets: [{ name: 'mine', image: 'python', definition: null, tasks: [TASK] }],
    });
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.close();
  });

  async function play(options: ResetOptions, codes: string[], answer?: string) {
    const episode = await environment.choose({ task: 0, ...options }, 0).begin();
    try {
      const seen: string[] = [episode.initial.observation.output];
      for (const code of codes) seen.push((await episode.act({ code })).observation.output);
      const submit = answer === undefined ? { submit: true as const } : { submit: true as const, answer };
      return { seen, turn: await takeTurn(episode, submit, { mode: 'on_submit' }) };
    } finally {
      await episode.sandbox.release();
    }
  }

  it('keeps one interpreter with the setup in it, and grades its definitions', async () => {
    const { seen, turn } = await play({}, [TASK.gold, 'total(LIMIT)', '1 / 0']);
    expect(seen[0]).toBe(`${TASK.instruction}\n\nThe tests call it total.`);
    expect(seen[1]).toBe('');
    expect(seen[2]).toBe('499999500000\n');
    expect(seen[3]).toMatch(/ZeroDivisionError/);
    expect(turn).toMatchObject({ reward: 1, terminated: true, info: { reward_components: { tests: 1 } } });
  });

  it('grades a function of another name that is submitted', async () => {
    const other = TASK.gold.replace('total', 'mine');
    expect((await play({}, [other])).turn.reward).toBe(0);
    expect((await play({}, [other], 'mine')).turn.reward).toBe(1);
    expect((await play({ semantics: 'intercode' }, [other])).turn.reward).toBe(1);
    expect((await play({ semantics: 'intercode' }, [other, TASK.gold], 'mine')).turn.reward).toBe(1);
  });

  it('tells of tests as far as the reset allows', async () => {
    const wrong = 'def total(n):\n    return 6\n';
    const told = async (options: ResetOptions) => (await play(options, [], wrong)).turn.info.tests;
    expect(await told({ tests: 'hidden' })).toBeUndefined();
    expect(await told({ tests: 'names' })).toEqual([
      { name: 'small', passed: true },
      { name: 'large', passed: false },
    ]);
    expect(await told({})).toMatchObject([
      { passed: true },
      { code: 'assert total(LIMIT) == 499999500000', passed: false, error: { actual: '6' } },
    ]);
  });

  it('says what failed at the end of the observation, if asked to', async () => {
    const wrong = 'def total(n):\n    if n > 9:\n        raise KeyError(n)\n    return 6\n';
    const { observation } = (await play({ feedback: true }, [], wrong)).turn;
    expect(observation.feedback).toContain('1 of 2 tests failed.');
    expect(observation.feedback).toContain('KeyError in line 3 of the solution');
    expect(observation.feedback).toContain('Failed: assert total(LIMIT) == 499999500000');
    expect(observation.output).toBe(observation.feedback);
    expect((await play({}, [], wrong)).turn.observation).not.toHaveProperty('feedback');
  });

  it('rewards what needs less time and memory, if asked to', async () => {
    const options: ResetOptions = { scoring: 'efficiency' };
    const [good, slow, wrong] = [
      (await play(options, [], TASK.gold)).turn,
      (await play(options, [], SLOW)).turn,
      (await play(options, [], 'def total(n):\n    return 6\n')).turn,
    ];
    expect(good.reward).toBeGreaterThan(0.85);
    expect(slow.reward).toBeGreaterThan(0.5);
    expect(slow.reward).toBeLessThan(0.85);
    expect(wrong.info.reward_components).toEqual({ tests: 0.25, time: 0, memory: 0 });
  });

  it('counts no work that is hidden in another process', async () => {
    const hidden = `${SLOW}import os, signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nslow = total\ndef total(n):\n    ours, theirs = os.pipe()\n    if os.fork() == 0:\n        os.write(theirs, str(slow(n)).encode())\n        os._exit(0)\n    return int(os.read(ours, 99))\n`;
    expect((await play({}, [], hidden)).turn.reward).toBe(1);
    expect((await play({ scoring: 'efficiency' }, [], hidden)).turn.reward).toBe(0);
  });
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `python-v1 on the ${engine.name} engine`, () => itPlays(engine));
}
