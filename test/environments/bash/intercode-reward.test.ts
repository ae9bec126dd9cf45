import { describe, expect, it } from 'vitest';
import {
  checksumPath,
  comparedPaths,
  intercodeReward,
  outputSimilarity,
  statusPairs,
} from '../../../environments/bash/intercode-reward.ts';

const evidence = (output: string | null, status = '', checksums: Record<string, string | null> = {}) => ({
  output,
  status,
  checksums: new Map(Object.entries(checksums)),
});

describe('statusPairs', () => {
  it('pairs the words, each pair once', () => {
    expect(statusPairs(' M a.txt\n?? dir/\n?? dir/\n')).toEqual([
      { status: 'M', path: 'a.txt' },
      { status: '??', path: 'dir/' },
    ]);
    expect(statusPairs('')).toEqual([]);
  });

  it('has no pairs for an odd number of words', () => {
    expect(statusPairs('?? "a b"\n')).toBeNull();
  });

  it('compares content of new and copied paths only', () => {
    expect(comparedPaths('?? a M b\nA c\nC d\nD e\n')).toEqual(['a', 'c', 'd']);
    expect(checksumPath('a.txt')).toEqual({ path: 'a.txt', recursive: false });
    expect(checksumPath('dir/')).toEqual({ path: 'dir/', recursive: true });
    expect(checksumPath(String.raw`"\303\251.txt"`)).toEqual({
      path: String.raw`\303\251.txt`,
      recursive: false,
    });
    expect(checksumPath("it's")).toBeNull();
  });
});

describe('intercodeReward', () => {
  it('is 1 for the same output and the same files', () => {
    const same = evidence('total 12\n', '?? f', { f: 'abc' });
    expect(intercodeReward(same, same)?.reward).toBe(1);
  });

  it.each([
    [0, 0.33],
    [1, 0.05],
    [2, 0],
  ])('with %i paths too many the first part is %d', (extra, part) => {
    const status = Array.from({ length: extra }, (_, index) => `?? f${index}`).join('\n');
    expect(intercodeReward(evidence('', status), evidence(''))?.components.file_diff).toBe(part);
  });

  it('counts a pair that both have once, and each that only one has', () => {
    const reward = intercodeReward(evidence('', 'M a\n?? b', { b: '1' }), evidence('', 'M a\nD b'));
    expect(reward?.components).toEqual({ file_diff: 0, file_changes: 0.33, answer_similarity: 0.33 });
  });

  it('compares the checksums of what both have', () => {
    const status = '?? d/\n?? e';
    const agent = evidence('', status, { 'd/': '1', e: '3' });
    const gold = evidence('', status, { 'd/': '1', e: '4' });
    expect(intercodeReward(agent, gold)?.components.file_changes).toBe(0.17);
    expect(intercodeReward(agent, gold)?.success).toBe(false);
    expect(intercodeReward(gold, gold)).toMatchObject({ reward: 1, success: true });
  });

  it('is missing where InterCode raises over the gold, or its files are too many', () => {
    expect(intercodeReward(evidence(''), evidence('', '?? a b'))).toBeNull();
    expect(intercodeReward(evidence(''), { ...evidence(''), status: null })).toBeNull();
    const unreadable = evidence('', '?? "a', { '"a': null });
    expect(intercodeReward(unreadable, unreadable)).toBeNull();
  });

  it.each([
    ['InterCode raises over them', '?? a b'],
    ['they cannot be read', null],
  ])('does not agree with the files of an agent where %s', (_, status) => {
    const agent = { ...evidence('same words'), status };
    for (const wanted of ['', '?? f', 'M a\nM b\nM c\nM d']) {
      const gold = evidence('same words', wanted, { f: '1' });
      const reward = intercodeReward(agent, gold);
      expect(reward).toMatchObject({ success: false, readable: false });
      expect(reward?.components).toEqual({ file_diff: 0, file_changes: 0, answer_similarity: 0.33 });
      expect(reward?.reward).toBeLessThanOrEqual(intercodeReward(evidence('other'), gold)?.reward ?? 0);
    }
  });

  it('does not agree with content of the agent that exceeds a bound', () => {
    const gold = evidence('', '?? f', { f: '1' });
    const agent = evidence('', '?? f', { f: null });
    expect(intercodeReward(agent, gold)?.components.file_changes).toBe(0);
  });

  it('gives nothing for the answer where the gold cannot run', () => {
    expect(outputSimilarity('', null)).toBe(0);
  });

  it('compares texts without words as they are', () => {
    expect(outputSimilarity('4\n', '4\n')).toBe(1);
    expect(outputSimilarity('4\n', '5\n')).toBe(0);
  });
});
