import { expect, test } from 'vitest';
import { buildStep, showBuilds } from '../../clients/cli/building.ts';
import { FakeTerminal } from './fake-terminal.ts';

const DOCKER = [
  'Step 1/2 : FROM debian:bookworm-slim',
  '---> 1f5c6b0e',
  'Step 2/2 : RUN apt-get update',
  'Get:1 http://deb.example bookworm InRelease',
];

test.each([
  ['Step 3/7 : RUN apt-get update', { what: 'RUN apt-get update', number: 3, of: 7 }],
  ['extracting archives...', { what: 'extracting archives', number: 3, of: 8 }],
  ['running its script', { what: 'running its script' }],
  ['Setting up libc6 (2.36) ...', null],
])('the line %j begins the step %j', (line, step) => {
  expect(buildStep(line)).toEqual(step);
});

test('a log gets one line per step, and none of the programs that a build runs', () => {
  const terminal = new FakeTerminal();
  const { onBuild, onBuilt } = showBuilds(terminal, true);
  for (const line of DOCKER) onBuild('bash', line);
  onBuilt('bash', true);
  expect(terminal.complained.trimEnd().split('\n')).toEqual([
    'building the image bash; this is done once, and may take a few minutes',
    '  step 1 of 2: FROM debian:bookworm-slim',
    '  step 2 of 2: RUN apt-get update',
  ]);
});

/** What a terminal shows in the end: a line is what was written since it was last cleared. */
const shown = (written: string) => written.split('\n').map((line) => line.split('\r\u001b[K').at(-1));

test('a terminal gets a bar on one line, and at the end the time', () => {
  const terminal = new FakeTerminal();
  Object.assign(terminal.errors, { isTTY: true, columns: 70 });
  let now = 0;
  const { onBuild, onBuilt } = showBuilds(terminal, true, () => now);
  for (const line of DOCKER) onBuild('bash', line);
  expect(shown(terminal.complained)).toEqual([
    'building the image bash [##########----------] 2/2 0 s RUN apt-get up',
  ]);
  now = 31_000;
  onBuilt('bash', true);
  expect(shown(terminal.complained)).toEqual(['built the image bash in 31 s', '']);
});

test('a build that failed leaves no bar before its error', () => {
  const terminal = new FakeTerminal();
  Object.assign(terminal.errors, { isTTY: true });
  const { onBuild, onBuilt } = showBuilds(terminal, true);
  onBuild('bash', 'running its script');
  onBuilt('bash', false);
  onBuilt('sql', true);
  expect(shown(terminal.complained)).toEqual(['']);
});
