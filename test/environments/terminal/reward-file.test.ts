import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../docker/sandbox.ts';
import { readReward, rewardInJson, rewardInText } from '../../../environments/terminal/reward-file.ts';
import { FakeSandbox } from '../fake-sandbox.ts';

describe('a reward in JSON', () => {
  it('is the number called reward, beside its parts', () => {
    const components = { reward: 0.25, tests: 1, style: 0.5 };
    expect(rewardInJson(JSON.stringify(components))).toEqual({ reward: 0.25, components });
  });

  it('is the mean of its parts if none is called reward', () => {
    expect(rewardInJson('{"a": 1, "b": 0}')).toEqual({ reward: 0.5, components: { a: 1, b: 0 } });
    expect(rewardInJson('{"passed": true}')).toEqual({ reward: 1, components: { passed: 1 } });
  });

  it.each([
    ['{"reward": NaN}', 'reward.json has no numbers'],
    ['{"reward": 1e999}', 'reward in reward.json is not a number'],
    ['{"reward": "1"}', 'reward in reward.json is not a number'],
    ['{}', 'reward.json has no numbers'],
    ['[1]', 'reward.json has no numbers'],
    ['', 'reward.json has no numbers'],
  ])('is none in %s', (text, reason) => {
    expect(rewardInJson(text)).toBe(reason);
  });
});

describe('a reward in a text', () => {
  it('is a number alone', () => {
    expect(rewardInText(' 0.5\n')).toEqual({ reward: 0.5, components: { reward: 0.5 } });
  });

  it.each(['', '\n', 'one', 'inf', 'nan', '1 2', 'Infinity'])('is none in %j', (text) => {
    expect(rewardInText(text)).toBe('reward.txt is not a number');
  });
});

describe('the files of a sandbox', () => {
  function sandboxWith(texts: Readonly<Record<string, string>>): Sandbox {
    const files = Object.keys(texts).map((name) => ({
      name,
      type: 'file' as const,
      mode: 0o644,
      size: 1,
      mtime: 0,
    }));
    return Object.assign(new FakeSandbox({}), {
      listFiles: async () => files,
      getFile: async (path: string) => Buffer.from(texts[basename(path)] ?? ''),
    });
  }

  it('give the reward in JSON where there is one, else the text', async () => {
    const both = { 'reward.json': '{"reward": 0.5}', 'reward.txt': '1' };
    expect(await readReward(sandboxWith(both))).toMatchObject({ reward: 0.5 });
    expect(await readReward(sandboxWith({ 'reward.txt': '1' }))).toMatchObject({ reward: 1 });
    expect(await readReward(sandboxWith({}))).toBe('the verifier wrote no reward');
  });
});
