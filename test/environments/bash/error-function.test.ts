import { describe, expect, it } from 'vitest';
import { errorFunction } from '../../../environments/bash/error-function.ts';
import { itUnless } from '../../requirements.ts';
import { inPython, noPython } from '../real-python.ts';

describe('errorFunction', () => {
  it('has the known values', () => {
    expect(errorFunction(0)).toBe(0);
    expect(errorFunction(1)).toBeCloseTo(0.8427007929497149, 14);
    expect(errorFunction(2)).toBeCloseTo(0.9953222650189527, 14);
    expect(errorFunction(-1)).toBeCloseTo(-0.8427007929497149, 14);
    expect(errorFunction(40)).toBe(1);
  });

  itUnless(noPython, 'agrees with Python to 14 places', () => {
    const values = Array.from({ length: 700 }, (_, hundredths) => hundredths / 100);
    const theirs = inPython(values, 'math.erf(value)') as number[];
    values.forEach((value, index) => {
      expect(errorFunction(value)).toBeCloseTo(theirs[index] as number, 14);
    });
  });
});
