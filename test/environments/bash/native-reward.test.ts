import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerChange } from '../../../docker/sandbox.ts';
import { answerSimilarity, nativeReward } from '../../../environments/bash/native-reward.ts';

const change = (path: string, more: Partial<LayerChange> = {}): LayerChange => ({
  path,
  kind: 'added',
  type: 'file',
  mode: 0o644,
  size: 1,
  sha256: 'aa',
  ...more,
});
const gold = (output: string, changes: LayerChange[] = []) => ({ output: Buffer.from(output), changes });
const reward = (changes: LayerChange[], answer: string | null, wanted: ReturnType<typeof gold>) =>
  nativeReward({ changes }, answer, wanted);

describe('nativeReward', () => {
  it('is exactly 1 for the same answer and the same changes', () => {
    const changes = [change('/work/a'), change('/work/b', { kind: 'deleted', sha256: null })];
    expect(reward(changes, '3', gold('3\n', changes)).reward).toBe(1);
    expect(reward([], '3', gold('3\n')).reward).toBe(1);
  });

  it('is the sum of its components', () => {
    const { reward: sum, components } = reward([change('/a')], 'x', gold('x y', [change('/b')]));
    const parts = Object.values(components).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(parts, 12);
  });

  it.each([
    ['content', { sha256: 'bb' }],
    ['mode', { mode: 0o600 }],
    ['type', { type: 'symlink' }],
  ] as const)('is below 1 for another %s', (_, more) => {
    const { reward: sum, components } = reward(
      [change('/work/a', more)],
      null,
      gold('', [change('/work/a')]),
    );
    expect(sum).toBeLessThan(1);
    expect(components.file_diff).toBeCloseTo(1 / 3, 12);
    expect(components.file_changes).toBe(0);
  });

  it('takes something off for each path that one side alone changed', () => {
    const wanted = gold('', [change('/work/a')]);
    expect(reward([], null, wanted).components).toMatchObject({ file_diff: 0, file_changes: 0 });
    const extra = reward([change('/work/a'), change('/work/b')], null, wanted);
    expect(extra.components.file_diff).toBeCloseTo(1 / 6, 12);
    expect(extra.reward).toBeLessThan(1);
    expect(reward([change('/work/b')], '', gold('')).reward).toBeLessThan(1);
  });

  it('overlooks scratch files and what programs write on the side', () => {
    const noise = [
      '/tmp/x',
      '/var/tmp/x',
      '/dev/shm/x',
      '/root/.bash_history',
      '/var/cache/ldconfig/aux-cache',
    ];
    expect(
      reward(
        noise.map((path) => change(path)),
        null,
        gold(''),
      ).reward,
    ).toBe(1);
  });

  it('counts what happens to files that were there, and what the gold makes, below /tmp too', () => {
    expect(reward([change('/tmp/x', { kind: 'deleted' })], null, gold('')).reward).toBeLessThan(1);
    expect(reward([], null, gold('', [change('/tmp/x')])).reward).toBeLessThan(1);
    expect(reward([change('/tmp/x')], null, gold('', [change('/tmp/x')])).reward).toBe(1);
  });

  it('asks for no answer where the gold prints nothing', () => {
    expect(reward([], 'done!', gold(' \n')).reward).toBe(1);
    expect(reward([], null, gold('')).reward).toBe(1);
  });

  it('gives nothing for no answer where one is asked for', () => {
    expect(reward([], null, gold('3')).components.answer_similarity).toBe(0);
  });

  it('compares an output whose middle was dropped by length, head and tail', () => {
    const wanted = gold('0123456789');
    const cut = (output: string, truncatedBytes: number) =>
      nativeReward({ changes: [] }, { output: Buffer.from(output), truncatedBytes, truncatedAt: 2 }, wanted)
        .reward;
    expect(cut('0189', 6)).toBe(1);
    expect(cut('0189', 7)).toBeLessThan(1);
    expect(cut('0188', 6)).toBeLessThan(1);
    expect(cut('0123456789', 5)).toBeLessThan(1);
  });
});

describe('answerSimilarity', () => {
  it('forgives white space at line ends and blank lines around', () => {
    expect(answerSimilarity('\n a  \r\nb\n\n', ' a\nb')).toBe(1);
  });

  it.each([
    ['b\na', 'a\nb'],
    ['3', '4'],
    ['a b', 'a  b'],
    ['', '0'],
    ['-1', '1'],
    ['A', 'a'],
  ])('is below 1 for %j instead of %j', (answer, wanted) => {
    expect(answerSimilarity(answer, wanted)).toBeLessThanOrEqual(0.9);
  });

  it('lies between 0 and 1 and is 1 for the text itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const similarity = answerSimilarity(a, b);
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity).toBeLessThanOrEqual(1);
        expect(answerSimilarity(a, a)).toBe(1);
      }),
    );
  });
});
