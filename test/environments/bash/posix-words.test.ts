import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { posixWords, shellQuote, UnbalancedQuotesError } from '../../../environments/bash/posix-words.ts';
import { itUnless } from '../../requirements.ts';
import { inPython, noPython } from '../real-python.ts';

function wordsOrNull(text: string): string[] | null {
  try {
    return posixWords(text);
  } catch (error) {
    if (error instanceof UnbalancedQuotesError) return null;
    throw error;
  }
}

describe('posixWords', () => {
  it.each([
    ['/bin/bash -c "find . -name "*.java""', ['/bin/bash', '-c', 'find . -name *.java']],
    ['/bin/bash -c "grep "a b" f"', ['/bin/bash', '-c', 'grep a', 'b f']],
    ['/bin/bash -c "echo \\"hi\\" \\n \\\\"', ['/bin/bash', '-c', 'echo "hi" \\n \\']],
    ['/bin/bash -c ""', ['/bin/bash', '-c', '']],
    ["a'b c'\\ d\ne", ['ab c d', 'e']],
    ['#no comment', ['#no', 'comment']],
  ])('takes %j apart', (text, words) => {
    expect(posixWords(text)).toEqual(words);
  });

  it.each(['"', "a 'b", 'a\\', '"a\\"'])('refuses %j', (text) => {
    expect(() => posixWords(text)).toThrow(UnbalancedQuotesError);
  });

  itUnless(noPython, 'agrees with Python on any text', () => {
    const pieces = fc.constantFrom(
      '"',
      "'",
      '\\',
      ' ',
      '\t',
      '\n',
      '\r',
      '\v',
      '#',
      '$',
      'a',
      'é',
      '😀',
      '\u00a0',
      '',
    );
    const texts = fc
      .sample(fc.array(pieces, { maxLength: 12 }), { numRuns: 5000, seed: 1 })
      .map((p) => p.join(''));
    expect(texts.map(wordsOrNull)).toEqual(inPython(texts, 'attempt(shlex.split, value)'));
  });
});

describe('shellQuote', () => {
  it('is undone by the splitting rules', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(posixWords(words.map(shellQuote).join(' '))).toEqual(words);
      }),
    );
  });
});
