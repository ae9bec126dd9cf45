import { describe, expect, it } from 'vitest';
import { isEnough, totalOf } from '../../../environments/terminal/score.ts';
import type { TerminalStep } from '../../../environments/terminal/task.ts';

const step = (name: string, min_reward?: TerminalStep['min_reward']): TerminalStep => ({
  name,
  instruction: 'Do it.',
  tests: ['/t'],
  ...(min_reward === undefined ? {} : { min_reward }),
  verification: { timeout_sec: 1, env: {}, separate: false, collect: [], artifacts: [] },
  solution: null,
});
const scored = (reward: number) => ({ reward, components: { reward, tests: 1 } });

describe('the reward of a task', () => {
  it('of one step is that of its verifier', () => {
    expect(totalOf({ steps: [step('')], strategy: 'mean' }, [scored(0.5)])).toEqual(scored(0.5));
    expect(totalOf({ steps: [step('')], strategy: 'mean' }, ['none']).reward).toBe(0);
  });

  it('of several is their mean, in which a step that was not reached counts 0, or that of the last', () => {
    const steps = [step('a'), step('b')];
    expect(totalOf({ steps, strategy: 'mean' }, [scored(1)])).toEqual({
      reward: 0.5,
      components: { a: 1, b: 0 },
    });
    expect(totalOf({ steps, strategy: 'final' }, [scored(1)]).reward).toBe(0);
    expect(totalOf({ steps, strategy: 'final' }, [scored(0), scored(1)]).reward).toBe(1);
  });
});

it('a step is enough if it has its least reward, or each of its least parts', () => {
  expect(isEnough(step('a'), 'none')).toBe(true);
  expect(isEnough(step('a', 0.5), scored(0.5))).toBe(true);
  expect(isEnough(step('a', 0.5), 'none')).toBe(false);
  expect(isEnough(step('a', { tests: 1 }), scored(0))).toBe(true);
  expect(isEnough(step('a', { style: 1 }), scored(1))).toBe(false);
});
