import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCheat, readCheats } from '../../clients/cheats/cheat-script.ts';
import { factValues, filled } from '../../clients/cheats/cheat-text.ts';
import { isWithin, parseBound } from '../../clients/cheats/reward-bound.ts';

const HEADER = '# cheat: does nothing\n# scores: = 0\n';

describe('the script of a cheat', () => {
  test('is a header and cells', () => {
    const text = `${HEADER}# deadline: 500 ms\n\nls\n# a comment\n# %% evaluate\n# %% step\ncd /\n\n# %% answer\n42\n`;
    expect(parseCheat('folder/some-cheat.sh', text)).toEqual({
      name: 'some-cheat',
      title: 'does nothing',
      score: { relation: '=', bound: 0 },
      deadlineMs: 500,
      cells: [
        { kind: 'step', text: 'ls\n# a comment' },
        { kind: 'evaluate', text: '' },
        { kind: 'step', text: 'cd /' },
        { kind: 'answer', text: '42' },
      ],
      facts: [],
    });
  });

  test('may submit at once, and be SQL', () => {
    const text = '-- cheat: nothing\n-- scores: <= no-op\n';
    expect(parseCheat('a.sql', text)).toMatchObject({
      score: { relation: '<=', bound: 'no-op' },
      cells: [],
    });
  });

  test.each(['a.js', 'a.mjs'])('%s is JavaScript', (file) => {
    const text = '// cheat: leaves\n// scores: = 0\n\nprocess.exit()\n// %% answer\n42\n';
    expect(parseCheat(file, text)).toMatchObject({
      title: 'leaves',
      cells: [
        { kind: 'step', text: 'process.exit()' },
        { kind: 'answer', text: '42' },
      ],
    });
  });

  test('names the facts that it asks for, once each', () => {
    const { facts } = parseCheat('a.py', `${HEADER}\n{{names}} {{names}}\n{{instruction}}\n`);
    expect(facts).toEqual(['names', 'instruction']);
  });

  test.each([
    ['no title', '# scores: = 0\n', 'line 1 lacks `# cheat: …`'],
    ['no score', '# cheat: x\n\nls\n', 'line 1 lacks `# scores: …`'],
    ['a score without a relation', '# cheat: x\n# scores: 0\n', 'line 2 has no bound in `0`'],
    ['a score that is none', '# cheat: x\n# scores: < one\n', 'line 2 has no bound in `< one`'],
    ['a score below doing nothing', '# cheat: x\n# scores: < no-op\n', 'line 2 has no bound'],
    ['an empty title', '# cheat:\n# scores: = 0\n', 'line 1 says nothing after `cheat:`'],
    ['an unknown key', '# cheat: x\n# score: = 0\n', 'line 2 is not a header line'],
    ['a comment in it', '# cheat: x\n# scores: = 0\n# hello\n', 'line 3 is not a header line'],
    ['a key twice', `${HEADER}# scores: = 1\n`, 'line 3 says `scores` a second time'],
    ['a deadline without a unit', `${HEADER}# deadline: 500\n`, 'line 3 has no deadline in `500`'],
    ['a deadline of nothing', `${HEADER}# deadline: 0 ms\n`, 'line 3 has no deadline'],
    ['a deadline beyond the protocol’s', `${HEADER}# deadline: 600001 ms\n`, 'line 3 has no deadline'],
    ['an unknown cell', `${HEADER}\n# %% submit\n`, 'line 4 begins no cell'],
    ['a cell after the answer', `${HEADER}# %% answer\n1\n# %% step\nls\n`, 'line 3 must be the last cell'],
    ['text after a grade', `${HEADER}# %% evaluate\nls\n`, 'line 3 has text'],
    ['an unknown fact', `${HEADER}\necho {{gold}}\n`, 'line 4 asks for {{gold}}'],
  ])('with %s is refused with file and reason', (_case, text, reason) => {
    expect(() => parseCheat('folder/bad.sh', text)).toThrow(`folder/bad.sh: ${reason}`);
  });

  test('of a folder without any is refused, and so is a folder that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stepwell-cheats-'));
    try {
      await writeFile(join(folder, 'README.md'), 'no cheat');
      await expect(readCheats(folder)).rejects.toThrow(
        `${folder}: has no cheats (.sh, .py, .sql, .js, .mjs)`,
      );
      await expect(readCheats(join(folder, 'none'))).rejects.toThrow('cannot read the folder');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a score', () => {
  test.each([
    ['= 0', 0, 0.4, true],
    ['= 0', 0.01, 0.4, false],
    ['< 1', 0.99, 0, true],
    ['< 1', 1, 0, false],
    ['<= 0.5', 0.5, 0, true],
    ['<= no-op', 0.4, 0.4, true],
    ['<= no-op', 0.41, 0.4, false],
    ['= no-op', 0.3, 0.4, false],
    ['<= -0.5', -1, 0, true],
  ])('%s of a reward %d, where doing nothing gets %d: %s', (text, reward, noOp, held) => {
    const score = parseBound(text) ?? expect.fail('no score');
    expect(isWithin(score, reward, noOp)).toBe(held);
  });
});

describe('placeholders', () => {
  const told =
    'Which authors?\n\nTables:\nauthor (id INTEGER, name TEXT)\nbook copy (id)\n\nEvidence: none (x)';
  const values = factValues({ names: ['f', 'Box'], anotherGold: '$& gold' }, 'Which authors?', told);

  test('stand for facts, a line with a table for each table', () => {
    expect(filled('DROP TABLE {{table}};\nSELECT 1', values)).toBe(
      'DROP TABLE `author`;\nDROP TABLE `book copy`;\nSELECT 1',
    );
    expect(filled('for name in {{names}}:', values)).toBe('for name in ["f","Box"]:');
    expect(filled('{{another_gold}} {{instruction}}', values)).toBe('$& gold Which authors?');
  });

  test('have no value where a task has no such fact', () => {
    const none = factValues({ names: [], anotherGold: null }, 'Do it.', 'Do it.');
    expect(none).toEqual({ names: [], table: [], instruction: ['Do it.'], another_gold: [] });
  });
});
