import { describe, expect, it } from 'vitest';
import {
  definedFunction,
  intercodeObservation,
  markedResult,
} from '../../../environments/python/intercode-action.ts';

describe("InterCode's answers", () => {
  it('are a dictionary, or a refusal', () => {
    const nothing = { printed: '', error: null, refused: null };
    expect(intercodeObservation({ ...nothing, printed: '3\n' })).toBe("{'output': '3\\n', 'error': ''}");
    expect(intercodeObservation({ ...nothing, error: "name 'x' is not defined" })).toBe(
      `{'error': "Error: name 'x' is not defined"}`,
    );
    expect(intercodeObservation({ ...nothing, refused: 'invalid syntax' })).toBe(
      'Error executing action: invalid syntax',
    );
  });

  it('are found behind the last marker', () => {
    const marker = { text: '<m>' };
    expect(markedResult('a<m>b<m>[null, null]', marker)).toEqual({
      printed: 'a<m>b',
      error: null,
      refused: null,
    });
    expect(markedResult('<m>["e", null]', marker)?.error).toBe('e');
    expect(markedResult('nothing', marker)).toBeNull();
    expect(markedResult('<m>[1', marker)).toBeNull();
  });

  it('are graded by the last function that an action defines', () => {
    expect(definedFunction('def a():\n    def b(): pass\nasync def c(): pass\nx = 1')).toBe('c');
    expect(definedFunction('x = 1')).toBeUndefined();
  });
});
