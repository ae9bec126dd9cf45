import { describe, expect, it } from 'vitest';
import type { Bound, LayerChange } from '../../../docker/sandbox.ts';
import { isNoOp, nativeReward } from '../../../environments/bash/native-reward.ts';
import { layerChange as change } from '../fake-sandbox.ts';

const diff = (changes: LayerChange[], exceeded: Bound | null = null) => ({ changes, exceeded });
const gold = (output: string, changes: LayerChange[] = []) => ({
  output: Buffer.from(output),
  diff: diff(changes),
  contents: new Map(),
});
const reward = (changes: LayerChange[], answer: string | null, wanted: ReturnType<typeof gold>) =>
  nativeReward(diff(changes), answer, wanted, 'Do it.');

const FILES = [
  change('/work/a'),
  change('/work/b', { kind: 'deleted', sha256: null }),
  change('/work/c', { kind: 'modified' }),
];
/** A gold that prints, one that changes files, one that does both. */
const GOLDS = [gold('3 lines\n'), gold('', FILES), gold('3 lines\n', FILES)];

describe('nativeReward', () => {
  it.each(GOLDS)('is 0 for nothing and 1 for the gold', (wanted) => {
    expect(reward([], null, wanted)).toMatchObject({ reward: 0, success: false });
    const same = reward([...wanted.diff.changes], wanted.output.toString(), wanted);
    expect(same).toMatchObject({ reward: 1, success: true });
  });

  it.each(GOLDS)('is the sum of its components, within 0 and 1', (wanted) => {
    for (const answer of [null, '3', '3 lines', 'something else']) {
      for (const count of [0, 1, 2, 3]) {
        for (const extra of [0, 1, 5, 400]) {
          const unwanted = Array.from({ length: extra }, (_, n) => change(`/work/x${n}`));
          const { reward: sum, components } = reward(
            [...wanted.diff.changes.slice(0, count), ...unwanted],
            answer,
            wanted,
          );
          const parts = Object.values(components).reduce((total, part) => total + part, 0);
          expect(sum).toBeCloseTo(parts, 12);
          expect(sum).toBeGreaterThanOrEqual(0);
          expect(sum).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it('grows with every part that is right, and falls with every change that is not wanted', () => {
    const wanted = gold('3 lines\n', FILES);
    const counts = [0, 1, 2, 3].map((count) => reward(FILES.slice(0, count), null, wanted).reward);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBe(4);
    const extras = [0, 1, 2, 50].map(
      (extra) =>
        reward([...FILES, ...Array.from({ length: extra }, (_, n) => change(`/x${n}`))], '3 lines', wanted)
          .reward,
    );
    expect(extras).toEqual([...extras].sort((a, b) => b - a));
    expect(extras[1]).toBeLessThan(1);
    expect(extras[3]).toBeGreaterThan(0);
  });

  it('takes what is not wanted off a right answer too', () => {
    const { reward: sum, components } = reward([change('/work/x')], '3 lines', gold('3 lines'));
    expect(sum).toBeCloseTo(2 / 3, 12);
    expect(components.answer_similarity).toBe(1);
    expect(components.unwanted_changes).toBeCloseTo(-1 / 3, 12);
  });

  it.each([
    ['content', { sha256: 'bb' }],
    ['mode', { mode: 0o600 }],
    ['type', { type: 'symlink' }],
    ['owner', { uid: 1 }],
    ['group', { gid: 60 }],
    ['device', { device: 'c 1:3' }],
    ['set of extended attributes', { attributes: 'cc' }],
    ['file that it is a hard link to', { link: '/work/a' }],
  ] as const)('gives little for the right path with another %s', (_, more) => {
    const graded = reward([change('/work/a', more)], null, gold('', [change('/work/a')]));
    expect(graded.reward).toBe(0.25);
    expect(graded.components).toMatchObject({ file_diff: 0.25, file_changes: 0 });
  });

  it('takes another owner than the gold gives for no success', () => {
    const given = (uid: number) => [change('/work/a', { kind: 'mode_changed', uid })];
    expect(reward(given(1), null, gold('', given(65_534)))).toMatchObject({ reward: 0.25, success: false });
    expect(reward(given(65_534), null, gold('', given(65_534)))).toMatchObject({ reward: 1, success: true });
  });

  it('gives nothing for a path that was changed in another way', () => {
    const wanted = gold('', [change('/work/a', { kind: 'deleted' })]);
    expect(reward([change('/work/a', { kind: 'modified' })], null, wanted).reward).toBe(0);
  });

  it('parts the merit between files and answer', () => {
    const wanted = gold('3 lines', FILES);
    expect(reward(FILES, 'other', wanted).reward).toBeCloseTo(2 / 3, 12);
    expect(reward([], '3 lines', wanted).reward).toBeCloseTo(1 / 3, 12);
  });

  it('overlooks scratch files and what programs write on the side', () => {
    const noise = [
      '/tmp/x',
      '/var/tmp/x',
      '/dev/shm/x',
      '/root/.bash_history',
      '/var/cache/ldconfig/aux-cache',
    ];
    const graded = reward(
      noise.map((path) => change(path)),
      '3',
      gold('3'),
    );
    expect(graded.reward).toBe(1);
  });

  it('counts what happens to files that were there, and what the gold makes, below /tmp too', () => {
    expect(reward([change('/tmp/x', { kind: 'deleted' })], '3', gold('3')).reward).toBeLessThan(1);
    expect(reward([], '3', gold('3', [change('/tmp/x')])).reward).toBeLessThan(1);
    expect(reward([change('/tmp/x')], '3', gold('3', [change('/tmp/x')])).reward).toBe(1);
  });

  it('asks for no answer where the gold prints nothing', () => {
    expect(reward(FILES, 'done!', gold(' \n', FILES)).reward).toBe(1);
  });

  it.each(['files', 'bytes', 'time', 'unstable'] as const)(
    'is 0 where the bound of %s is exceeded',
    (bound) => {
      const wanted = gold('3', [change('/work/a')]);
      const graded = nativeReward(diff([change('/work/a')], bound), '3', wanted, '');
      expect(graded).toMatchObject({ reward: 0, success: false });
    },
  );

  it('knows a gold that an untouched sandbox agrees with', () => {
    expect(isNoOp(gold(' \n\n'))).toBe(true);
    expect(isNoOp(gold('0'))).toBe(false);
    expect(isNoOp(gold('', FILES))).toBe(false);
    expect(reward([], null, gold(''))).toMatchObject({ reward: 0, success: false });
  });
});
