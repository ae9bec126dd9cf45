import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerSimilarity,
  compareAnswers,
  normalised,
} from '../../../environments/bash/answer-similarity.ts';

const INSTRUCTION =
  'Print the paths of all files below /work/logs that are larger than 1 kB, e.g. /work/logs/a.log.';
const GOLD = '/work/logs/b.log\n/work/logs/deep/c.log\n/work/logs/deep/d.log\n';
const similarity = (answer: string, gold = GOLD) => answerSimilarity(answer, gold, INSTRUCTION);

describe('answerSimilarity', () => {
  it('forgives white space at line ends and blank lines around', () => {
    expect(similarity('\n a  \r\nb\n\n', ' a\nb')).toBe(1);
  });

  it.each([
    ['b\na', 'a\nb'],
    ['3', '4'],
    ['a b', 'a  b'],
    ['', '0'],
    ['-1', '1'],
    ['A', 'a'],
    ['b', '/work/logs\nb'],
  ])('is well below 1 for %j instead of %j', (answer, wanted) => {
    expect(similarity(answer, wanted)).toBeLessThanOrEqual(0.75);
  });

  it('gives nothing for the instruction, whole or in pieces', () => {
    expect(similarity(INSTRUCTION)).toBe(0);
    for (const piece of INSTRUCTION.split(' ')) expect(similarity(piece)).toBe(0);
    expect(similarity('/work/logs/a.log', '/work/logs/a.log\n/work/logs')).toBe(0);
  });

  it('knows the gold although the instruction has all its words', () => {
    expect(similarity('/work/logs/a.log', '/work/logs/a.log')).toBe(1);
  });

  it('grows with what is found, and falls with what is too much', () => {
    const lines = GOLD.trim().split('\n');
    const found = [1, 2, 3].map((count) => similarity(lines.slice(0, count).join('\n')));
    expect(found).toEqual([0.25, 0.5, 1]);
    const extra = [1, 10, 1000].map((count) =>
      similarity(GOLD + Array.from({ length: count }, (_, n) => `/work/other/${n}`).join('\n')),
    );
    expect(extra).toEqual([...extra].sort((a, b) => b - a));
    expect(extra[0]).toBeLessThan(0.6);
    expect(extra[2]).toBeLessThan(0.01);
  });

  it('is not raised by a list of everything that might be the answer', () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n).join(' ');
    expect(similarity(numbers, '42')).toBeLessThan(0.01);
  });

  it('looks no longer at huge texts than to see whether they are the same', () => {
    const huge = 'word '.repeat(400_000);
    expect(similarity(huge, `${huge} `)).toBe(1);
    expect(similarity(huge, 'word')).toBe(0);
  });

  it.each([
    ['points', `${'.'.repeat(200_000)}x`],
    ['spaces', `a${' '.repeat(200_000)}x`],
    ['spaces beyond what is compared', `a${' '.repeat(3_000_000)}x`],
    ['line feeds', `a${'\n'.repeat(3_000_000)}x`],
  ])('comes to an end for long runs of %s', (_, answer) => {
    expect(similarity(answer)).toBe(0);
  });

  it('leaves of a text what its lines and their ends say', () => {
    const byLines = (text: string): string => {
      const lines = text.split('\n').map((line) => line.replace(/[ \t\r\f\v]+$/, ''));
      const first = lines.findIndex((line) => line !== '');
      return lines.slice(Math.max(first, 0), lines.findLastIndex((line) => line !== '') + 1).join('\n');
    };
    const odd = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '\r', '\f', '\v', '\u00a0') });
    fc.assert(
      fc.property(odd, fc.nat(20), (text, most) => {
        const wanted = byLines(text);
        expect(normalised(text)).toBe(wanted);
        expect(normalised(text, most)).toBe(wanted.length > most ? null : wanted);
      }),
      { numRuns: 2_000 },
    );
  });

  it('lies between 0 and 1 and is 1 for the text itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, told) => {
        const found = answerSimilarity(a, b, told);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1);
        expect(answerSimilarity(a, a, told)).toBe(1);
      }),
    );
  });
});

describe('compareAnswers', () => {
  const compared = (
    output: string | Buffer,
    truncatedBytes: number,
    gold: string | Buffer,
    whole: string | null = null,
  ) => {
    const sha256 = whole === null ? null : createHash('sha256').update(whole).digest('hex');
    return compareAnswers(
      { output: Buffer.from(output), truncatedBytes, sha256 },
      Buffer.from(gold),
      INSTRUCTION,
    );
  };

  it('gives nothing for no answer', () => {
    expect(compareAnswers(null, Buffer.from('3'), INSTRUCTION)).toBe(0);
  });

  it('compares an output whose middle was dropped by the digest of all of it', () => {
    expect(compared('0189', 6, '0123456789', '0123456789')).toBe(1);
    expect(compared('0189', 6, '0123456789', '0123X56789')).toBeLessThanOrEqual(0.75);
    expect(compared('0189', 6, '0123456789')).toBeLessThanOrEqual(0.75);
    expect(compared('0189', 7, '0123456789', '01234567890')).toBeLessThanOrEqual(0.75);
    expect(compared('0123456789', 5, '0123456789', '012345678956789')).toBeLessThanOrEqual(0.75);
  });

  it('distinguishes bytes that are not text', () => {
    expect(compared(Buffer.from([0xff, 0x0a]), 0, Buffer.from([0xff]))).toBe(1);
    expect(compared(Buffer.from([0xfe]), 0, Buffer.from([0xff]))).toBeLessThan(1);
  });
});
