import { describe, expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FakeServer, NEVER, stepResult } from '../clients/fake-server.ts';
import { FakeTerminal, stepwell } from './fake-terminal.ts';

const graded = (step: number, reward: number) =>
  stepResult(step, '', {
    reward,
    terminated: true,
    info: {
      duration_ms: 1,
      reward_components: { file_diff: 0.33, file_changes: 0.33, answer_similarity: 0 },
    },
  });

describe('a play through piped input', () => {
  test('shows the instruction, runs each line and ends with the components of the reward', async () => {
    await using server = await FakeServer.start();
    server.handlers['episode/step'] = ({ params }) => {
      const step = Number(params.step);
      if (step === 1) return stepResult(1, 'a.txt\n');
      if (step === 2) {
        return stepResult(2, 'no such file\n', { observation: { output: 'no such file', exit_code: 2 } });
      }
      return graded(step, 0.67);
    };
    const argv = [
      'play',
      '--url',
      server.url,
      '--task',
      '4',
      '--dataset',
      'd',
      '--environment',
      'bash-v1',
      '--semantics',
      'native',
    ];
    const { exitCode, printed, complained } = await stepwell(
      argv,
      'ls\n\nls /x\nhelp\nsubmit a b\necho never\n',
    );
    expect(complained).toBe('');
    expect(exitCode).toBe(0);
    expect(printed).toContain('Count the files.');
    expect(printed).toContain('  evaluate         see the reward of the current state and continue\n');
    expect(printed).toContain('a.txt\nno such file\n[exit status 2]\n');
    expect(printed).toContain(
      '  file_diff            0.33\n' +
        '  file_changes         0.33\n' +
        '  answer_similarity    0.00\n' +
        '  reward               0.67\n',
    );
    const sent = server.requests.map(({ method, params }) => [method, params.action ?? params.task]);
    expect(sent.slice(1)).toEqual([
      ['episode/reset', 4],
      ['episode/step', { code: 'ls' }],
      ['episode/step', { code: 'ls /x' }],
      ['episode/step', { submit: true, answer: 'a b' }],
      ['episode/close', undefined],
    ]);
  });

  test('a submitted answer is text, not a command of the shell', async () => {
    await using server = await FakeServer.start({
      'episode/step': () => stepResult(1, '', { reward: 1, terminated: true }),
    });
    await stepwell(['play', '--url', server.url], "submit it's (42\nls\n");
    const actions = server.requests.flatMap(({ params }) => params.action ?? []);
    expect(actions).toEqual([{ submit: true, answer: "it's (42" }]);
  });

  test('evaluate, state and skip do what they say', async () => {
    await using server = await FakeServer.start({
      'episode/state': () => ({ status: 'ready', step_count: 0 }),
      'episode/step': () => stepResult(1, 'skipped', { reward: 0, terminated: true }),
    });
    const { exitCode, printed } = await stepwell(['play', '--url', server.url], 'evaluate\nstate\nskip\n');
    expect(exitCode).toBe(0);
    expect(printed).toMatch(/reward +0\.50/);
    expect(printed).toContain('"step_count": 0');
    expect(printed).toMatch(/reward +0\.00/);
    expect(server.requests.map(({ params }) => params.action)).toContainEqual({ skip: true });
  });

  test.each(['quit\nls\n', ''])('%j leaves the episode closed and ungraded', async (input) => {
    await using server = await FakeServer.start();
    const { exitCode, printed } = await stepwell(['play', '--url', server.url], input);
    expect(exitCode).toBe(0);
    expect(printed).toContain('left without submitting');
    const methods = server.requests.map(({ method }) => method);
    expect(methods).toEqual(['initialize', 'episode/reset', 'episode/close']);
  });

  test.each([
    ['bash-v1', ['cat <<X', 'quit', 'X']],
    ['python-v1', ['def f():', '  quit', '']],
  ])('a command within an unfinished action of %s is a line of it', async (environment, lines) => {
    await using server = await FakeServer.start();
    const argv = ['play', '--url', server.url, '--environment', environment];
    const { printed } = await stepwell(argv, `${[...lines, 'quit', 'ls'].join('\n')}\n`);
    const actions = server.requests.flatMap(({ params }) => params.action ?? []);
    expect(actions).toEqual([{ code: `${lines.join('\n').trimEnd()}\n` }]);
    expect(printed).toContain('left without submitting');
  });

  test('a line that only begins like a command is executed', async () => {
    await using server = await FakeServer.start();
    await stepwell(['play', '--url', server.url], 'submit.sh\n\\submit x\nskip this\n');
    const actions = server.requests
      .filter(({ method }) => method === 'episode/step')
      .map(({ params }) => params.action);
    expect(actions).toEqual([{ code: 'submit.sh' }, { code: '\\submit x' }, { code: 'skip this' }]);
  });

  test('a fault of the infrastructure is no reward, and the play ends badly', async () => {
    const failure = {
      class: 'sandbox',
      code: 'sandbox_died',
      message: 'the sandbox is gone',
      retryable: true,
      action_may_have_run: true,
    };
    await using server = await FakeServer.start({
      'episode/step': () => stepResult(1, '', { truncated: true, failure }),
    });
    const { exitCode, printed } = await stepwell(['play', '--url', server.url], 'ls\nls\n');
    expect(exitCode).toBe(1);
    expect(printed).toContain('No reward: the sandbox is gone (sandbox, sandbox_died)');
    expect(printed).not.toMatch(/reward +\d/);
  });

  test('outcomes of tests stand above the reward', async () => {
    const tests = [
      { name: 'empty', passed: true },
      { name: 'long', passed: false, error: { type: 'ValueError' } },
    ];
    await using server = await FakeServer.start({
      'episode/evaluate': () => ({
        reward: 0.5,
        failure: null,
        info: { duration_ms: 1, tests, feedback: '1 of 2 tests failed.', reward_components: { tests: 0.5 } },
      }),
    });
    const { printed } = await stepwell(['play', '--url', server.url], 'evaluate\n');
    expect(printed).toMatch(/passed {2}empty\n {2}failed {2}long\n1 of 2 tests failed\.\n {2}tests +0\.50\n/);
  });

  test('a spent budget ends the play', async () => {
    await using server = await FakeServer.start({
      'episode/step': () => stepResult(1, 'x', { truncated: true }),
    });
    const { exitCode, printed } = await stepwell(['play', '--url', server.url], 'ls\nls\n');
    expect(exitCode).toBe(0);
    expect(printed).toContain('budget is spent');
  });
});

describe('a server that', () => {
  test('stops during a step is reported in one line', async () => {
    await using server = await FakeServer.start({ 'episode/step': () => NEVER });
    const terminal = new FakeTerminal('sleep 9\n');
    const playing = run(['play', '--url', server.url], terminal);
    await server.arrived('episode/step');
    server.stop();
    expect(await playing).toBe(1);
    expect(terminal.complained).toMatch(/^stepwell: connection lost: [^\n]*\n$/);
  });

  test('stops while the player thinks ends the play', async () => {
    await using server = await FakeServer.start();
    const terminal = new FakeTerminal(null);
    const playing = run(['play', '--url', server.url], terminal);
    await server.arrived('episode/reset');
    server.stop();
    expect(await playing).toBe(1);
    expect(terminal.complained).toMatch(/^stepwell: [^\n]*connection[^\n]*\n$/);
  });

  test('is back without the episode is reported in one line', async () => {
    await using server = await FakeServer.start({ 'episode/step': () => NEVER });
    const terminal = new FakeTerminal('sleep 9\n');
    const playing = run(['play', '--url', server.url], terminal);
    await server.arrived('episode/step');
    server.cut();
    expect(await playing).toBe(1);
    expect(terminal.complained).toMatch(/^stepwell: episode episode-1 is lost: [^\n]*\n$/);
  });
});

test('a refused parameter is named', async () => {
  await using server = await FakeServer.start();
  server.handlers['episode/reset'] = () => {
    throw new ProtocolError('invalid_params', 'max_turns: too big', {
      issues: [{ field: 'max_turns', code: 'too_big', message: 'at most 100000' }],
    });
  };
  const { exitCode, complained } = await stepwell(['play', '--url', server.url, '--max-turns', '99999']);
  expect(exitCode).toBe(2);
  expect(complained).toBe('stepwell: max_turns: at most 100000. Correct these values.\n');
});

test('the environment is that of the dataset, unless it is named', async () => {
  const dataset = { name: 'spider', tasks: 3 };
  const info = { description: '', semantics: ['native'] };
  await using server = await FakeServer.start({
    'environments/list': () => ({
      environments: [
        { ...info, id: 'bash-v1', datasets: [] },
        { ...info, id: 'sql-v1', datasets: [dataset] },
      ],
    }),
  });
  const argv = ['play', '--url', server.url, '--dataset', 'spider'];
  await stepwell([...argv, '--schema', '--max-rows', '5']);
  await stepwell([...argv, '--environment', 'bash-v1']);
  const resets = server.requests.filter(({ method }) => method === 'episode/reset');
  expect(resets.map(({ params }) => params)).toEqual([
    { environment: 'sql-v1', dataset: 'spider', schema: true, max_rows: 5 },
    { environment: 'bash-v1', dataset: 'spider' },
  ]);
});
