import { describe, expect, test } from 'vitest';
import { parseCheat } from '../../clients/cheats/cheat-script.ts';
import { CHECKS } from '../../clients/check/checks.ts';
import { verdictLine } from '../../clients/check/verdict.ts';
import { type Defect, SmallEnvironment } from './small-environment.ts';
import { checked, TASKS } from './small-subject.ts';

/** For each check, a defect that it must see, with what it says. */
const DEFECTS: readonly [check: string, defect: Defect, line: RegExp][] = [
  [
    'catalogue',
    'two tasks have one id',
    /^✗ catalogue: two tasks have the id task-0; give each task a unique id$/,
  ],
  [
    'observation',
    'has a field of its own',
    /the observation of a step has a field `mood` that is not described/,
  ],
  ['failing code', 'fails where code fails', /step 1 ends with the failure internal: .*; find its cause/],
  ['errors', 'plays another task', /^✗ errors: an unknown task gets no error, not task_not_found; throw/],
  [
    'options',
    'takes no reward mode',
    /the option `reward` refuses every value that it lists: on_end, .*; list the values/,
  ],
  [
    'seed',
    'begins at random',
    /two episodes with the seed 0 differ: .*; take every random choice from the seed/,
  ],
  ['seed', 'draws the first task', /12 seeds draw the same of 3 tasks; let the seed choose/],
  [
    'gold',
    'doubts the gold',
    /task task-0: the gold has reward 0.5 with success false, terminated true; correct the gold/,
  ],
  ['no-op', 'rewards nothing', /task task-0: doing nothing has reward 0.25 with success false; give 0/],
  [
    'wrong answers',
    'rewards a wrong answer',
    /task task-0: wrong answer 1 has reward 1 with success true; make the grade/,
  ],
  [
    'reward range',
    'rewards below zero',
    /task task-0: a grade has reward -1 .*; return a reward from 0 to 1/,
  ],
  [
    'clean reset',
    'keeps what was solved',
    /doing nothing has reward 0 .*, and reward 1 .* after an episode that solved it; begin each/,
  ],
  [
    'clean reset',
    'keeps the count',
    /a new episode still has what `count up` set in the previous episode; begin each/,
  ],
  [
    'evaluate',
    'grades once',
    /a grade has reward 0 .*, and then the gold reward 0 .*; let `grade` with `final: false` read/,
  ],
  ['every step', 'cannot grade in between', /step 1 ends with the failure \w+: .*; find its cause/],
  [
    'turns',
    'forgets the last turn',
    /the gold at the last turn has reward 0 .* with `reward: on_end`; leave limits/,
  ],
  [
    'time',
    'forgets the end by time',
    /the gold has reward 0 .* when its time is over, limit time; leave limits/,
  ],
  [
    'exactly once',
    'counts twice',
    /after `count up`, sent twice as step 2, `count` shows "2\\n"; leave repeated steps/,
  ],
  ['forks', 'shares the count', /^✗ forks: a fork does not show the count that its episode had; keep all/],
  [
    'forks',
    'shows a number of its own',
    /^✗ forks: the observations of a fork are not the recorded ones; keep all state/,
  ],
  [
    'replay',
    'shows a number of its own',
    /played again: step 1, observation.output was .* and is .*; show no times/,
  ],
  ['intercode', 'lists semantics it lacks', /^✗ intercode: It has native semantics only; see/],
  ['openenv', 'doubts the gold', /^✗ openenv: the gold has \{.*"reward":0.5.*; leave OpenEnv/],
  [
    'cheats',
    'rewards a wrong answer',
    /the cheat guess must score = no-op and scores 1 \(no-op 0\); close the hole/,
  ],
  [
    'sandbox death',
    'hides faults',
    /^✗ sandbox death: a step in a dead sandbox has reward 0; do not catch errors/,
  ],
];

describe('an environment that keeps the contract', () => {
  test.each(CHECKS.filter(({ name }) => name !== 'intercode'))('holds: $name', async ({ name }) => {
    expect(verdictLine(await checked(name))).toBe(`✓ ${name}`);
  });
});

describe('an environment that breaks it', () => {
  test.each(DEFECTS)('is seen by the check %s: it %s', async (name, defect, line) => {
    const verdict = await checked(name, defect);
    expect(verdictLine(verdict)).toMatch(line);
    expect(verdict.outcome).toBe('failed');
  });

  test('has a defect here for every check', () => {
    expect(new Set(DEFECTS.map(([name]) => name))).toEqual(new Set(CHECKS.map(({ name }) => name)));
  });

  test('or a server that does not answer is a line, too', async () => {
    const line = verdictLine(await checked('openenv', null, {}, { url: 'http://127.0.0.1:1' }));
    expect(line).toMatch(/^✗ openenv: the check could not run: .*ECONNREFUSED.*; see the log of the server$/);
  });

  test('by a cheat in a task’s record is seen', async () => {
    const line = verdictLine(await checked('cheats', 'rewards a wrong answer', { cheats: [] }));
    expect(line).toMatch(/the cheat number 1 of the task must score <= no-op and scores 1 \(no-op 0\)/);
  });
});

test('a gold must have the reward that the definition says', async () => {
  const tasks = TASKS.map((task) => ({ ...task, goldReward: 0.9 }));
  for (const name of [
    'gold',
    'evaluate',
    'every step',
    'turns',
    'time',
    'forks',
    'openenv',
    'sandbox death',
  ]) {
    expect((await checked(name, null, { tasks })).outcome, name).toBe('failed');
  }
});

test('a wrong answer must have less than its gold', async () => {
  const tasks = TASKS.map((task) => ({ ...task, goldReward: 0 }));
  expect(verdictLine(await checked('wrong answers', null, { tasks }))).toMatch(
    /^✗ wrong answers: task task-0: wrong answer 1 has reward 0 with success false/,
  );
});

describe('a check that is skipped', () => {
  test.each([
    ['failing code', { samples: null }, 'small-v1 has no samples.json with code of its language'],
    ['gold', { tasks: [] }, 'no task of built-in has a gold that is known here'],
    ['cheats', { cheats: null }, 'cheats are played only on a server that the command starts'],
    ['intercode', {}, 'small-v1 has native semantics only'],
  ] as const)('%s, with its reason', async (name, more, reason) => {
    expect(verdictLine(await checked(name, null, more))).toBe(`- ${name}: skipped: ${reason}`);
  });

  test('of a cheat, as no task has what it asks for', async () => {
    const cheats = [parseCheat('named.py', '# cheat: uses names\n# scores: = 0\n\n{{names}}\n')];
    expect(verdictLine(await checked('cheats', null, { cheats }))).toBe(
      '- cheats: skipped: no task that is tried has what named asks for; the other cheats score what they declare',
    );
  });

  test('without samples is less: the other checks play golds and wrong answers', async () => {
    for (const name of ['observation', 'clean reset', 'evaluate', 'every step', 'turns', 'replay']) {
      expect(verdictLine(await checked(name, null, { samples: null }))).toBe(`✓ ${name}`);
    }
  });

  test('may hand out sandboxes that died meanwhile, before one that lives', async () => {
    const environment = new SmallEnvironment();
    const server = { killSandboxes: async () => environment.kill(3) };
    expect(verdictLine(await checked('sandbox death', null, {}, server, environment))).toBe(
      '✓ sandbox death',
    );
  });

  test('replay and sandbox death, without trajectories and sandboxes', async () => {
    const server = { trajectories: null, killSandboxes: null };
    for (const name of ['replay', 'sandbox death']) {
      const { outcome } = await checked(name, null, {}, server);
      expect(outcome).toBe('skipped');
    }
  });
});
