import { describe, expect, it } from 'vitest';
import { TurnBudget } from '../../../server/episode/turn-budget.ts';
import { fake, serveEachTest, wire } from '../each-server.ts';

describe('the turns of an episode', () => {
  it('are without limit, or fixed', () => {
    expect(new TurnBudget({}).leftAfter(1_000_000)).toBe(Number.POSITIVE_INFINITY);
    expect([0, 1, 2, 3].map((step) => new TurnBudget({ max_turns: 2 }).leftAfter(step))).toEqual([
      2, 1, 0, 0,
    ]);
  });

  it('grow on request, up to the limit', () => {
    const turns = new TurnBudget({ max_turns: 2, extend_steps: 5 });
    expect(turns.extend(1, 3)).toEqual({
      output: '3 turns added; 4 turns left, 2 more on request.\n',
      turns_added: 3,
      turns_left: 4,
    });
    expect(turns.extend(2, 1_000)).toMatchObject({ turns_added: 2, turns_left: 5 });
    expect(turns.extend(3, 1)).toMatchObject({ turns_added: 0, turns_left: 4 });
    expect(turns.leftAfter(7)).toBe(0);
  });

  it('are as before after steps are taken back', () => {
    const turns = new TurnBudget({ max_turns: 2, extend_steps: 5 });
    turns.extend(1, 2);
    turns.extend(2, 2);
    turns.rewind(1);
    expect(turns.leftAfter(1)).toBe(3);
    expect(turns.extend(2, 9)).toMatchObject({ turns_added: 3 });
  });

  it('understand the request as text only where turns can be added', () => {
    const action = { code: ' extend 3\n' };
    expect(new TurnBudget({ max_turns: 2 }).meant(action)).toBe(action);
    const turns = new TurnBudget({ max_turns: 2, extend_steps: 5 });
    expect(turns.meant(action)).toEqual({ extend: 3 });
    expect(turns.meant({ code: 'extend' })).toEqual({ extend: 5 });
    expect(turns.meant({ code: 'extend 3; ls' })).toEqual({ code: 'extend 3; ls' });
  });
});

describe('a dynamic number of turns', () => {
  serveEachTest();

  const step = (episode_id: string, action: unknown) =>
    wire.result('episode/step', { episode_id, action }) as Promise<{
      observation: Record<string, unknown>;
      info: Record<string, unknown>;
      truncated: boolean;
      reward: number | null;
    }>;

  it('lets the agent go on', async () => {
    const id = await wire.reset({ max_turns: 2, extend_steps: 2 });
    expect(await step(id, { extend: 1 })).toMatchObject({
      truncated: false,
      observation: { turns_added: 1, turns_left: 2 },
    });
    expect(await step(id, 'extend')).toMatchObject({ truncated: false, observation: { turns_left: 2 } });
    expect(await step(id, 'echo gold')).toMatchObject({ truncated: false, reward: null });
    expect(await step(id, 'echo gold')).toMatchObject({
      truncated: true,
      reward: 1,
      info: { limit: 'turns' },
    });
    expect(fake.plays[0]?.acted).toEqual(['echo gold', 'echo gold']);
  });

  it('ends with a last request that adds nothing', async () => {
    const id = await wire.reset({ max_turns: 2, extend_steps: 1 });
    await step(id, { extend: 1 });
    await step(id, { extend: 1 });
    expect(await step(id, { extend: 1 })).toMatchObject({ truncated: true, reward: 0 });
  });

  it('is refused where the number is fixed, and no step is made', async () => {
    const id = await wire.reset({ max_turns: 2 });
    const { data } = await wire.error('episode/step', { episode_id: id, action: { extend: 1 } });
    expect(data.name).toBe('unsupported');
    expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({ step_count: 0 });
    expect(await step(id, 'extend')).toMatchObject({ observation: { exit_code: 0 } });
  });

  it('reminds the agent of the turns left', async () => {
    const reset = await wire.result('episode/reset', {
      environment: 'fake-v1',
      task: 0,
      max_turns: 3,
      extend_steps: 4,
      turn_reminder: true,
    });
    expect(reset.observation).toEqual({
      output: 'Print gold (0).\n[3 turns left; `extend 4` adds 4 turns]\n',
      turns_left: 3,
    });
    const id = String(reset.episode_id);
    expect((await step(id, 'extend 4')).observation).toEqual({
      output: '4 turns added; 6 turns left, 0 more on request.\n',
      turns_added: 4,
      turns_left: 6,
    });
    expect((await step(id, 'echo hi')).observation).toEqual({
      output: 'hi\n[5 turns left]\n',
      exit_code: 0,
      turns_left: 5,
    });
  });

  it.each(['turn_reminder', 'extend_steps'])('refuses %s without a limit', async (option) => {
    const options = { [option]: option === 'extend_steps' ? 3 : true };
    const { data } = await wire.error('episode/reset', { environment: 'fake-v1', ...options });
    expect(data.issues).toMatchObject([{ field: option }]);
  });

  it('keeps the time in the sandbox apart from waiting and grading', async () => {
    const id = await wire.reset();
    const slow = wire.request('episode/step', { episode_id: id, action: 'wait here' });
    const graded = wire.request('episode/step', { episode_id: id, action: { submit: true, answer: 'gold' } });
    await fake.reached('here');
    fake.open('here');
    const [first, second] = [await wire.answer(), await wire.answer()];
    const info = { grade_ms: 0, queue_ms: expect.any(Number) };
    expect(first).toMatchObject({ id: slow, result: { info: { duration_ms: 1, ...info } } });
    const grade = { duration_ms: 0, grade_ms: 2, success: true, reward_components: { match: 1 } };
    expect(second).toMatchObject({ id: graded, result: { info: grade } });
    expect((second.result as { info: { queue_ms: number } }).info.queue_ms).toBeGreaterThan(0);
  });
});
