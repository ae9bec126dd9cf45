import { expect, test } from 'vitest';
import { aligned, firstLine } from '../../../clients/page/compare/alignment.ts';
import { entriesOf, turnsOf } from '../../../clients/page/episode/timeline.ts';
import type { StepEvent, TrajectoryEvent } from '../../../protocol/trajectory.ts';

const TIME = '2026-11-22T10:00:00.000Z';

function step(number: number, action: string, output = '', reward: number | null = null): StepEvent {
  const result = { reward, terminated: false, truncated: false, failure: null, info: { duration_ms: 1 } };
  const observation_sha256 = Buffer.from(output.padEnd(32).slice(0, 32)).toString('hex');
  return {
    event: 'step',
    time: TIME,
    step: number,
    action,
    observation: { output },
    observation_sha256,
    ...result,
  };
}

const turns = (...events: TrajectoryEvent[]) => turnsOf(entriesOf(events));

test('steps are aligned by number, and each says what differs', () => {
  const a = turns(step(1, 'ls', 'x'), step(2, 'ls', 'x'), step(3, 'pwd', '/'), step(4, 'submit', '', 1));
  const b = turns(
    step(1, 'ls', 'x'),
    step(2, 'ls', 'y'),
    step(3, 'id', '/'),
    step(4, 'submit', '', 0),
    step(5, 'ls'),
  );
  expect(aligned(a, b).map(({ difference }) => difference)).toEqual([
    null,
    'observation',
    'action',
    'reward',
    'length',
  ]);
});

test('a step that was taken back does not count, the one in its place does', () => {
  const undo: TrajectoryEvent = {
    ...{ event: 'undo', time: TIME, steps: 1, to_step: 1 },
    ...{ how: 'replay', exact: true, not_carried: [] },
  };
  const a = turns(step(1, 'ls'), step(2, 'rm x'), undo, step(2, 'pwd'));
  expect(aligned(a, turns(step(1, 'ls'), step(2, 'pwd'))).map(({ difference }) => difference)).toEqual([
    null,
    null,
  ]);
});

test('the first line that differs is found, also where one output ends', () => {
  const [pair] = aligned(turns(step(1, 'ls', 'one\ntwo\n')), turns(step(1, 'ls', 'one\n2\n')));
  expect(pair && firstLine(pair)).toEqual({ line: 2, a: 'two', b: '2' });
  const [short] = aligned(turns(step(1, 'ls', 'one')), turns(step(1, 'ls', 'one\nmore')));
  expect(short && firstLine(short)).toEqual({ line: 2, a: '', b: 'more' });
});
