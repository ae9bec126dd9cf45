import { describe, expect, it } from 'vitest';
import { GoldUsage } from '../../../environments/python/efficiency.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { fakeJudge, IMAGE, type Reply, says } from './fake-judge.ts';

const RECORD: PythonTaskRecord = {
  id: 't',
  instruction: 'x',
  entry: 'f',
  gold: 'x',
  tests: [{ name: 'a', args: [], value: 1 }],
};

function used(seconds: number, peak_kib: number, passed = true): Reply {
  return says({ tests: [{ name: 'a', passed }], usage: { seconds, peak_kib } });
}

const silent: Reply = () => ({ exitCode: 1 });

describe("a gold's usage", () => {
  it('is the least of the runs that passed, measured once', async () => {
    const { judge, headers } = fakeJudge(used(0.3, 7), used(0.1, 5, false), used(0.2, 8));
    const usage = new GoldUsage(judge);
    expect(await usage.of('mine', RECORD, IMAGE)).toEqual({ seconds: 0.2, peak_kib: 7 });
    await usage.of('mine', RECORD, IMAGE);
    expect(headers()).toHaveLength(3);
  });

  it.each([
    // The first run is tried twice, and then held against the gold, which is what it was.
    ['no run tells it', Array<Reply>(3).fill(silent)],
    ['no run passes', Array<Reply>(3).fill(used(0.1, 5, false))],
  ])('is a failure where %s, and is measured again', async (_, replies) => {
    const { judge } = fakeJudge(...replies, used(0.3, 7));
    const usage = new GoldUsage(judge);
    await expect(usage.of('mine', RECORD, IMAGE)).rejects.toMatchObject({ code: 'runner_fault' });
    expect(await usage.of('mine', RECORD, IMAGE)).toEqual({ seconds: 0.3, peak_kib: 7 });
  });
});
