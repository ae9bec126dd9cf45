import { expect, test } from 'vitest';
import { visible, visibleButStyles } from '../../../clients/page/text/visible.ts';

test('control characters and changes of direction are shown, lines and tabs are kept', () => {
  expect(visible('a\tb\r\nc\rd\u0007\u001b[2J\u007f')).toBe('a\tb\nc^Md^G^[[2J^?');
  expect(visible('user\u202egnp.exe\u200f\u009b')).toBe('user⟨U+202E⟩gnp.exe⟨U+200F⟩⟨U+009B⟩');
});

test('colours and styles stay what they are, all other sequences are shown', () => {
  expect(visibleButStyles('\u001b[1;31mred\u001b[0m')).toBe('\u001b[1;31mred\u001b[0m');
  expect(visibleButStyles('\u001b]0;title\u0007')).toBe('^[]0;title^G');
  expect(visibleButStyles('\u001b[6n\u001b[c\u001b[31')).toBe('^[[6n^[[c^[[31');
});
