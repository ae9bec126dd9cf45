import { describe, expect, it } from 'vitest';
import {
  checksumCommand,
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
    expect(checksumCommand('a.txt')).toBe('md5sum a.txt');
    expect(checksumCommand('dir/')).toBe('md5deep -r dir/');
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

  it('compares checksums line by line in any order', () => {
    const status = '?? d/\n?? e';
    const agent = evidence('', status, { 'd/': '1 x\n2 y\n', e: '3' });
    const gold = evidence('', status, { 'd/': '2 y\n1 x\n', e: '4' });
    expect(intercodeReward(agent, gold)?.components.file_changes).toBe(0.17);
  });

  it('is missing where InterCode raises', () => {
    expect(intercodeReward(evidence('', '?? a b'), evidence(''))).toBeNull();
    expect(intercodeReward(evidence(''), evidence('', '?? a b'))).toBeNull();
    const unreadable = evidence('', '?? "a', { '"a': null });
    expect(intercodeReward(unreadable, unreadable)).toBeNull();
  });

  it('gives nothing for the answer where the gold cannot run', () => {
    expect(outputSimilarity('', null)).toBe(0);
  });

  it('compares texts without words as they are', () => {
    expect(outputSimilarity('4\n', '4\n')).toBe(1);
    expect(outputSimilarity('4\n', '5\n')).toBe(0);
  });
});
