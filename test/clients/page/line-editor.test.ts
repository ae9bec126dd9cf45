import { beforeEach, expect, test } from 'vitest';
import { LineEditor } from '../../../clients/page/play/line-editor.ts';

let entered: string[];
let editor: LineEditor;

beforeEach(() => {
  entered = [];
  editor = new LineEditor({ enter: (text) => entered.push(text), change: () => {} });
});

const type = (...keys: string[]) => {
  for (const key of keys) editor.take(key);
  return editor.state;
};
const [LEFT, RIGHT, UP, DOWN, BACK, ALT_ENTER] = [
  '\u001b[D',
  '\u001b[C',
  '\u001b[A',
  '\u001b[B',
  '\u007f',
  '\u001b\r',
];

test('Enter completes a text, and an empty one is none', () => {
  type('l', 's', '\r', '\r', ' ', '\r');
  expect(entered).toEqual(['ls']);
});

test('text is changed where the cursor is', () => {
  expect(type('a', 'c', LEFT, 'b', BACK, 'x', RIGHT, 'd')).toEqual({ text: 'axcd', cursor: 4 });
  expect(type('\u001b[H', '\u001b[3~')).toEqual({ text: 'xcd', cursor: 0 });
});

test('a character of two code units is one', () => {
  expect(type('a', '😀', LEFT)).toEqual({ text: 'a😀', cursor: 1 });
  expect(type(RIGHT, BACK)).toEqual({ text: 'a', cursor: 1 });
});

test('Alt+Enter begins another line, and pasted lines stay one action', () => {
  type('if x:', ALT_ENTER, '  y', '\r', 'one\r\ntwo\rthree', '\r');
  expect(entered).toEqual(['if x:\n  y', 'one\ntwo\nthree']);
});

test('the arrows recall what was entered', () => {
  type('one', '\r', 'two', '\r');
  expect(type(UP, UP).text).toBe('one');
  expect(type(UP).text).toBe('one');
  expect(type(DOWN).text).toBe('two');
  expect(type(DOWN).text).toBe('');
});

test('control characters that are pasted are not taken', () => {
  expect(type('a\u0007b\u0000c').text).toBe('abc');
  expect(type('\u001b[31m').text).toBe('abc');
});
