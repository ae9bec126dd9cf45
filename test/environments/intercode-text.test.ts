import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pythonSplit,
  pythonString,
  pythonStrip,
  roundToHundredths,
} from '../../environments/intercode-text.ts';
import { itUnless } from '../requirements.ts';
import { inPython, noPython } from './real-python.ts';

describe('roundToHundredths', () => {
  it.each([
    [0.125, 0.12],
    [0.375, 0.38],
    [0.625, 0.62],
    [2.675, 2.67],
    [0.165, 0.17],
    [-0.125, -0.12],
    [0.33, 0.33],
    [0, 0],
  ])('rounds %d to %d', (value, rounded) => {
    expect(roundToHundredths(value)).toBe(rounded);
  });

  itUnless(noPython, 'agrees with Python', () => {
    const values = [
      ...fc.sample(fc.double({ min: 0, max: 2, noNaN: true }), { numRuns: 3000, seed: 2 }),
      ...Array.from({ length: 2000 }, (_, thousandths) => thousandths / 1000),
      ...Array.from({ length: 160 }, (_, eighths) => eighths / 8),
    ];
    expect(values.map(roundToHundredths)).toEqual(inPython(values, 'round(value, 2)'));
  });
});

describe('white space', () => {
  it('is what Python takes for it', () => {
    expect(pythonStrip('\u001c\u0085 a b\u3000\n')).toBe('a b');
    expect(pythonStrip('\ufeffa')).toBe('\ufeffa');
    expect(pythonSplit(' M a\n?? b/\n')).toEqual(['M', 'a', '??', 'b/']);
  });

  itUnless(noPython, 'is stripped and split as in Python', () => {
    const texts = Array.from(
      { length: 0x3100 },
      (_, code) => `${String.fromCharCode(code)}a${String.fromCharCode(code)}b`,
    );
    expect(texts.map(pythonStrip)).toEqual(inPython(texts, 'value.strip()'));
    expect(texts.map(pythonSplit)).toEqual(inPython(texts, 'value.split()'));
  });
});

describe("Python's repr of a text", () => {
  itUnless(noPython, 'has the quotes and escapes of Python', () => {
    // A character that only one of the two knows as assigned is printable to that one alone.
    const known = (code: number) => !/\p{Cn}/u.test(String.fromCodePoint(code));
    const codes = Array.from({ length: 0x20000 }, (_, code) => code).filter(known);
    const asked = inPython(codes, "[__import__('unicodedata').category(chr(value)), repr(chr(value))]");
    const differing = codes.filter((code, at) => {
      const [category, text] = asked[at] as [string, string];
      return category !== 'Cn' && text !== pythonString(String.fromCodePoint(code));
    });
    expect(differing).toEqual([]);
  });

  it('has one kind of quotes', () => {
    expect(pythonString(`it's`)).toBe(`"it's"`);
    expect(pythonString(`"both" it's`)).toBe(`'"both" it\\'s'`);
  });
});
