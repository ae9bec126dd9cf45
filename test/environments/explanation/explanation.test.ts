import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedAnswers, firstDifference } from '../../../environments/explanation/answers.ts';
import { bounded, MAX_ENTRIES, MAX_TEXT } from '../../../environments/explanation/bounded.ts';
import { textDiff, textOf } from '../../../environments/explanation/text-diff.ts';
import { Explanation, MAX_EXPLANATION } from '../../../protocol/explanation.ts';

describe('an explanation', () => {
  const small: Explanation = { kind: 'files', components: [], notes: ['one'] };

  it('stays as it is if it is small', () => {
    expect(bounded(small)).toEqual(small);
  });

  it('is cut to its bounds, and says so', () => {
    const huge = 'x'.repeat(1_000_000);
    const test = (name: string) => ({ name, call: huge, passed: false, expected: huge, got: huge });
    const cut = bounded({
      ...small,
      notes: [huge, huge],
      paths: Array.from({ length: 5_000 }, (_, at) => ({ path: `/${at}`, difference: 'added' as const })),
      answer: { expected: huge, given: huge, first_difference: null },
      tests: Array.from({ length: 50 }, (_, at) => test(`${at}`)),
      verifier: { output: huge, exit_code: 1 },
    });
    expect(cut.cut).toBe(true);
    expect(Explanation.parse(cut)).toEqual(cut);
    expect(JSON.stringify(cut).length).toBeLessThanOrEqual(MAX_EXPLANATION + 20);
    expect(cut.notes[0]?.length).toBeLessThan(MAX_TEXT + 50);
    expect(cut.paths?.length).toBeLessThanOrEqual(MAX_ENTRIES);
    expect(cut.tests?.length).toBeGreaterThan(0);
  });

  it('fits whatever one part holds', () => {
    const wide = { columns: { expected: [], given: [] }, expected_count: 1, given_count: 0, ordered: false };
    const row = Array.from({ length: 100 }, () => 'y'.repeat(8_000));
    const cut = bounded({ ...small, rows: { ...wide, missing: [row, row], extra: [], first_wrong_row: 0 } });
    expect(JSON.stringify(cut).length).toBeLessThanOrEqual(MAX_EXPLANATION + 20);
    expect(cut.rows?.expected_count).toBe(1);
  });
});

describe('two answers', () => {
  it('differ first where their common beginning ends', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (both, left, right) => {
        const [a, b] = [both + left, both + right];
        const at = firstDifference(a, b);
        expect(at === null).toBe(a === b);
        if (at === null) return;
        expect(a.slice(0, at)).toBe(b.slice(0, at));
        expect(a[at]).not.toBe(b[at]);
      }),
    );
  });

  it('are shown around a difference that comes late', () => {
    const same = 'a'.repeat(50_000);
    const { expected, given, first_difference: at } = comparedAnswers(`${same}gold`, `${same}lead`);
    expect(expected.length).toBeLessThan(2_000);
    expect([expected.slice(at ?? 0), given.slice(at ?? 0)]).toEqual(['gold', 'lead']);
  });
});

describe('a diff of texts', () => {
  it('goes from the expected text to the given one', () => {
    const diff = textDiff('one\ntwo\nthree\n', 'one\n2\nthree\n');
    expect(diff).toContain('-two\n+2\n');
    expect(diff).toMatch(/^--- expected\n\+\+\+ given\n/);
  });

  it('is left out where the texts have little in common', () => {
    const lines = (of: string) => Array.from({ length: 4_000 }, (_, at) => `${of}${at}\n`).join('');
    expect(textDiff(lines('a'), lines('b'))).toBeUndefined();
  });

  it('is of texts only', () => {
    expect(textOf(Buffer.from('é'))).toBe('é');
    expect(textOf(Buffer.from([0x61, 0]))).toBeNull();
    expect(textOf(Buffer.from([0xff]))).toBeNull();
  });
});
