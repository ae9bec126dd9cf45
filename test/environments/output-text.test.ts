import { describe, expect, it } from 'vitest';
import { outputText } from '../../environments/output-text.ts';

const whole = (output: Buffer) => ({ output, truncatedBytes: 0, truncatedAt: -1 });

describe('outputText', () => {
  it('replaces bytes that are no UTF-8 and keeps a byte order mark', () => {
    expect(outputText(whole(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff])))).toEqual({
      text: '\ufeffa\ufffd',
      truncatedBytes: 0,
    });
  });

  it('adds a line with the number of bytes that the sandbox dropped', () => {
    const shown = outputText({ output: Buffer.from('head\ntail\n'), truncatedBytes: 90, truncatedAt: 5 });
    expect(shown).toEqual({ text: 'head\n[… 90 bytes of output not shown …]\ntail\n', truncatedBytes: 90 });
  });

  it('does not show halves of a character at the cut', () => {
    const euro = Buffer.from('€');
    const output = Buffer.concat([Buffer.from('a'), euro.subarray(0, 2), euro.subarray(2), Buffer.from('b')]);
    const shown = outputText({ output, truncatedBytes: 10, truncatedAt: 3 });
    expect(shown).toEqual({ text: 'a\n[… 13 bytes of output not shown …]\nb', truncatedBytes: 13 });
  });

  it('keeps a whole character before the cut', () => {
    const output = Buffer.from('a€b');
    expect(outputText({ output, truncatedBytes: 1, truncatedAt: 4 }).text).toBe(
      'a€\n[… 1 bytes of output not shown …]\nb',
    );
  });

  it('keeps fewer bytes where fewer are asked for, half from the head and half from the tail', () => {
    expect(outputText(whole(Buffer.from('0123456789')), 4)).toEqual({
      text: '01\n[… 6 bytes of output not shown …]\n89',
      truncatedBytes: 6,
    });
    expect(outputText(whole(Buffer.from('0123')), 4).truncatedBytes).toBe(0);
  });
});
