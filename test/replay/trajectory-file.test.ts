import { describe, expect, test } from 'vitest';
import { parseTrajectory } from '../../clients/replay/trajectory-file.ts';
import { TRAJECTORY_VERSION } from '../../protocol/trajectory.ts';
import { jsonl, recorded, resetLine, stepLine } from '../cli/recorded.ts';

const parse = (text: string) => parseTrajectory('t.jsonl', text);

test('a whole file is read', () => {
  const trajectory = parse(jsonl(recorded()));
  expect(trajectory.reset.info.seed).toBe(77);
  expect(trajectory.events.map(({ event }) => event)).toEqual(['step', 'evaluate', 'step']);
  expect(trajectory.close?.steps).toBe(2);
  expect(trajectory.torn).toBe(false);
});

describe('a last line that is torn', () => {
  const text = jsonl(recorded());

  test('at any byte is left out, and all before it is kept', () => {
    const begin = text.lastIndexOf('{"event":"close"');
    for (let end = begin + 1; end < text.length - 1; end++) {
      const trajectory = parse(text.slice(0, end));
      expect(trajectory.events).toHaveLength(3);
      expect(trajectory).toMatchObject({ torn: true, close: null });
    }
  });

  test('only of its newline is whole', () => {
    expect(parse(text.trimEnd())).toMatchObject({ torn: false, close: { steps: 2 } });
  });
});

describe('refused with file, line and reason', () => {
  const cases: [string, string, string][] = [
    ['an empty file', '', 'line 1 has no complete event'],
    ['a torn first line', jsonl(recorded()).slice(0, 40), 'line 1 has no complete event'],
    [
      'no JSON in the middle',
      `${jsonl([resetLine()])}oops\n${jsonl([stepLine(1, 'ls', '')])}`,
      'line 2 is not',
    ],
    ['an unknown event', jsonl([resetLine(), { event: 'dance' }]), 'line 2 is not a trajectory event'],
    ['a step first', jsonl([stepLine(1, 'ls', '')]), 'line 1 does not begin with a reset'],
    ['two episodes', jsonl([resetLine(), resetLine()]), 'line 2 begins a second episode'],
    ['more after the end', jsonl([...recorded(), stepLine(3, 'ls', '')]), 'line 6 follows the close'],
    [
      'a newer format',
      jsonl([{ ...resetLine(), version: TRAJECTORY_VERSION + 1 }]),
      'line 1 is of trajectory version',
    ],
    ['an older format', jsonl([{ ...resetLine(), version: 1 }]), 'line 1 is of trajectory version 1'],
  ];

  test.each(cases)('%s', (_case, text, reason) => {
    expect(() => parse(text)).toThrow(`t.jsonl: ${reason}`);
  });
});
