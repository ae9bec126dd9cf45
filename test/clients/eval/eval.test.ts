import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../clients/cli/program.ts';
import { readAttempts } from '../../../clients/eval/recorded-attempts.ts';
import { actionIn, filled, parseStrategy, readStrategy, STRATEGIES } from '../../../clients/eval/strategy.ts';
import { passAt, summaryOf, wilson } from '../../../clients/eval/summary.ts';
import { SandboxError } from '../../../docker/errors.ts';
import { FakeTerminal, stepwell } from '../../cli/fake-terminal.ts';
import { jsonl, recorded } from '../../cli/recorded.ts';
import { FakeEnvironment } from '../../server/fake-environment.ts';
import { startTestServer, type TestServer } from '../../server/test-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { ModelEndpoint, type Script } from './model-endpoint.ts';

const folder = temporaryFolder();
let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake]);
});

afterEach(() => server.close());

const flags = () => ['--environment', 'fake-v1', '--url', server.url, '--concurrency', '2'];

async function evaluated(...more: string[]) {
  const { exitCode, printed, complained } = await stepwell(['eval', ...flags(), '--json', ...more]);
  if (printed === '') throw new Error(complained);
  return { exitCode, ...JSON.parse(printed) };
}

/** Evaluate a scripted model. */
async function modelled(script: Script, ...more: string[]) {
  await using endpoint = await ModelEndpoint.start(script);
  const terminal = new FakeTerminal('', { OPENAI_BASE_URL: endpoint.url, OPENAI_API_KEY: 'key-1' });
  const exitCode = await run(['eval', ...flags(), '--json', '--model', 'm', ...more], terminal);
  if (terminal.printed === '') throw new Error(terminal.complained);
  return { exitCode, endpoint, ...JSON.parse(terminal.printed) };
}

describe('stepwell eval', () => {
  it('plays every task once, and counts', async () => {
    const { exitCode, summary, results } = await evaluated('--agent', 'noop');
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ tasks: 3, attempts: 3, graded: 3, mean_reward: 0, failures: {} });
    expect(summary.success_rate).toMatchObject({ value: 0, low: expect.closeTo(0) });
    // Three tasks do not show that no task can be solved.
    expect(summary.pass_at[1].high).toBeGreaterThan(0.5);
    expect(results.map(({ task }: { task: string }) => task)).toEqual(['task-0', 'task-1', 'task-2']);
  });

  it('prints a table', async () => {
    const { printed } = await stepwell(['eval', ...flags(), '--agent', 'noop', '--tasks', '2']);
    expect(printed).toMatch(/noop on built-in \(fake-v1\)\n {2}tasks +2\n {2}graded +2 of 2 attempts/);
    expect(printed).toMatch(/success +0\.0 % \(95 %: 0\.0 % to 65\.8 %\)/);
    expect(printed).toMatch(/turn {2}reached/);
  });

  it('plays recorded attempts, one for each sample, until the first success', async () => {
    const path = join(folder(), 'attempts.jsonl');
    const lines = [
      { task_id: 0, actions: ['echo lead', 'echo gold', 'echo more'] },
      { task_id: 0, actions: ['echo lead'] },
      { task: 'task-1', actions: ['echo gold'] },
      { task: 'task-1', actions: ['echo gold'] },
      { task: 'task-2', actions: [] },
    ];
    writeFileSync(path, jsonl(lines));
    const { summary, results } = await evaluated(
      ...['--agent', `replay:${path}`, '--reward', 'every_step', '--samples', '2'],
    );
    expect(summary).toMatchObject({ tasks: 3, attempts: 6, graded: 6 });
    expect(results[0]).toMatchObject({ task: 'task-0', sample: 0, reward: 1, success: true });
    expect(results[0].turns).toHaveLength(2);
    expect(summary.success_rate.value).toBeCloseTo(0.5);
    expect(summary.pass_at[1].value).toBeCloseTo((0.5 + 1 + 0) / 3);
    expect(summary.pass_at[2].value).toBeCloseTo(2 / 3);
    expect(summary.by_turn).toMatchObject([
      { turn: 1, reached: 6, success_rate: expect.closeTo(2 / 6) },
      { turn: 2, reached: 1, success_rate: expect.closeTo(3 / 6) },
    ]);
  });

  it('tags its episodes', async () => {
    await evaluated('--agent', 'noop', '--tags', 'mine', '--tasks', '1');
    const { printed } = await stepwell([
      'trajectories',
      'list',
      '--url',
      server.url,
      '--tag',
      'eval:noop',
      '--json',
    ]);
    expect(JSON.parse(printed)).toMatchObject({ total: 1, trajectories: [{ tags: ['mine', 'eval:noop'] }] });
  });

  it('goes on with an interrupted run, and makes failed attempts again', async () => {
    const out = join(folder(), 'run.jsonl');
    await evaluated('--agent', 'noop', '--out', out);
    const [head = '', first = '', second = ''] = readFileSync(out, 'utf8').split('\n');
    const failed = JSON.stringify({ ...JSON.parse(second), failure: 'sandbox_died', reward: null });
    writeFileSync(out, [head, first, failed, '{"task":"ta'].join('\n'));
    const before = fake.plays.length;
    const { summary } = await evaluated('--agent', 'noop', '--out', out);
    expect(fake.plays.length - before).toBe(2);
    expect(summary).toMatchObject({ attempts: 3, failures: {} });
    const { exitCode, complained } = await stepwell(['eval', ...flags(), '--agent', 'true', '--out', out]);
    expect(exitCode).toBe(2);
    expect(complained).toContain(`${out} is of another run`);
  });

  it('tries again what a failure ended, but no low reward', async () => {
    fake.failAct = new SandboxError('died', 'The sandbox died.');
    const path = join(folder(), 'attempts.jsonl');
    writeFileSync(path, jsonl([{ task: 0, actions: ['echo lead'] }]));
    const { exitCode, summary } = await evaluated('--agent', `replay:${path}`, '--task', '0');
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ attempts: 1, graded: 1, retries: 1, mean_reward: 0 });
    expect(fake.plays).toHaveLength(2);
  });

  it('counts what fails for good as no reward', async () => {
    fake.failAct = new SandboxError('died', 'The sandbox died.');
    const path = join(folder(), 'attempts.jsonl');
    writeFileSync(path, jsonl([{ task: 0, actions: ['echo gold'] }]));
    const { exitCode, summary } = await evaluated(
      '--agent',
      `replay:${path}`,
      '--task',
      '0',
      '--retries',
      '0',
    );
    expect(exitCode).toBe(1);
    expect(summary).toMatchObject({ graded: 0, success_rate: null, failures: { sandbox_died: 1 } });
  });

  it.each([
    [['--agent', 'noop', '--model', 'm'], '--agent'],
    [[], '--agent'],
    [['--model', 'm'], '--base-url'],
    [['--model', 'm', '--base-url', 'http://127.0.0.1:1', '--strategy', 'none'], '--strategy'],
    [['--agent', 'replay:/none'], '/none'],
  ])('refuses %j, and names the flag', async (more, flag) => {
    const { exitCode, complained } = await stepwell(['eval', ...flags(), ...more]);
    expect(exitCode).toBe(2);
    expect(complained).toContain(flag);
  });
});

describe('an agent that is a command', () => {
  const AGENT = `
    const lines = require('readline').createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      const told = JSON.parse(line);
      if (told.type === 'end') return;
      const usage = { prompt_tokens: 3, completion_tokens: 2 };
      const action = told.type === 'reset' ? 'echo ' + told.task.id : told.observation.output === 'gold\\n' ? null : 'echo gold';
      console.log(JSON.stringify({ action, usage }));
    });`;

  it('answers JSON lines', async () => {
    const path = join(folder(), 'agent.cjs');
    writeFileSync(path, AGENT);
    const { summary } = await evaluated('--agent', `node ${path}`, '--tasks', '2');
    expect(summary).toMatchObject({ graded: 2, mean_reward: 1, prompt_tokens: 18, completion_tokens: 12 });
    expect(fake.plays.map(({ acted }) => acted).sort()).toEqual([
      ['echo task-0', 'echo gold'],
      ['echo task-1', 'echo gold'],
    ]);
  });

  it.each([
    ['true', 'has ended without an answer'],
    ['cat', "agent's answer is no action"],
    ['echo hello', 'did not answer with JSON'],
  ])('%s is told what is wrong with it', async (command, reason) => {
    const { exitCode, summary } = await evaluated('--agent', command, '--tasks', '1');
    expect(exitCode).toBe(1);
    expect(Object.keys(summary.failures)[0]).toContain(reason);
  });
});

describe('a model behind an endpoint', () => {
  it('tries again with the output and the reward of its last try', async () => {
    const script: Script = ({ messages }) =>
      messages.at(-1)?.content.includes('Reward: 0') ? 'So:\n```bash\necho gold\n```' : '```\necho lead\n```';
    const { endpoint, summary } = await modelled(script, '--tasks', '1', '--reward', 'every_step');
    expect(summary).toMatchObject({ mean_reward: 1, prompt_tokens: 200, completion_tokens: 14 });
    expect(summary.by_turn).toHaveLength(2);
    const [first, second] = endpoint.requests;
    expect(first?.messages.map(({ role }: { role: string }) => role)).toEqual(['system', 'user']);
    expect(first?.messages[1]?.content).toBe('Print gold (0).');
    expect(second?.messages.at(-1)?.content).toBe(
      'Output:\nlead\n\nReward: 0\nThe task again: Print gold (0).',
    );
    expect(endpoint.keys[0]).toBe('Bearer key-1');
  });

  it('has one turn with the strategy single-turn', async () => {
    const { endpoint, summary } = await modelled(
      () => 'echo gold',
      '--tasks',
      '1',
      '--strategy',
      'single-turn',
    );
    expect(endpoint.requests).toHaveLength(1);
    expect(summary).toMatchObject({ mean_reward: 1 });
  });

  it('thinks before it acts with ReAct', async () => {
    const script: Script = (_request, count) =>
      count === 1 ? 'Thought: print it.\nAction:\n```bash\necho gold\n```' : 'Thought: done.\nAction: submit';
    const { summary } = await modelled(script, '--tasks', '1', '--strategy', 'react');
    expect(summary).toMatchObject({ mean_reward: 1 });
    expect(fake.plays[0]?.acted).toEqual(['echo gold']);
  });

  it('makes a plan first with plan-and-solve', async () => {
    const script: Script = (_request, count) =>
      count === 1 ? '1. print gold' : count === 2 ? '```\necho gold\n```' : 'submit';
    const { endpoint, summary } = await modelled(script, '--tasks', '1', '--strategy', 'plan-and-solve');
    expect(endpoint.requests[1]?.messages.map(({ content }: { content: string }) => content)).toContain(
      '1. print gold',
    );
    expect(summary).toMatchObject({ mean_reward: 1, prompt_tokens: 300 });
  });

  it('is asked again after an error that may pass, and not after another', async () => {
    const busy: Script = (_request, count) => (count === 1 ? 429 : 'submit gold');
    const passing = await modelled(busy, '--tasks', '1');
    expect(passing.summary).toMatchObject({ retries: 1, failures: {} });
    const { exitCode, endpoint, summary } = await modelled(() => 401, '--tasks', '1');
    expect([exitCode, endpoint.requests.length]).toEqual([1, 1]);
    expect(Object.keys(summary.failures)[0]).toContain('status 401');
  });

  it('gets another seed for each sample', async () => {
    const { endpoint } = await modelled(() => 'submit', '--tasks', '1', '--samples', '3');
    expect(endpoint.requests.map(({ seed }: { seed: number }) => seed).sort()).toEqual([0, 1, 2]);
  });
});

describe('a strategy', () => {
  it.each(STRATEGIES)('%s has all its prompts', async (name) => {
    const strategy = await readStrategy(name);
    expect(strategy.turns).toBeGreaterThan(0);
    expect(`${strategy.instruction}${strategy.plan ?? ''}`).toContain('{instruction}');
    expect(strategy.observation).toContain('{output}');
  });

  it('that lacks something is refused', () => {
    expect(() => parseStrategy('x', '## system\n')).toThrow('x: it has no line `turns:');
    expect(() => parseStrategy('x', 'turns: 2\n\n## system\nHi.\n')).toThrow('`## instruction`');
    expect(() => parseStrategy('x', 'turns: 2\n\n## sistem\nHi.\n')).toThrow('no prompt "sistem"');
  });

  it('leaves out a line of which nothing is known', () => {
    expect(filled('a\n{reward}\n\n{output}', { reward: '', output: 'x' })).toBe('a\n\nx');
  });

  it.each([
    ['Do:\n```bash\nls\n```\nthen\n```sql\nSELECT 1\n\n```', 'SELECT 1\n'],
    ['submit', 'submit'],
    ['Thought: all done.\nAction: Submit.', 'submit'],
    ['ls -l', 'ls -l'],
  ])('finds the action in %j', (answer, action) => {
    expect(actionIn(answer)).toBe(action);
  });
});

describe('the numbers of an evaluation', () => {
  it('are those of the formulas', () => {
    // Wilson's interval of 8 in 10, and pass@k of Chen et al. 2021 by counting.
    expect(wilson(8, 10)).toMatchObject({ low: expect.closeTo(0.4902, 3), high: expect.closeTo(0.9433, 3) });
    expect(passAt(1, 10, 3)).toBeCloseTo(0.3);
    expect(passAt(2, 4, 1)).toBeCloseTo(1 - 3 / 6);
    expect(passAt(5, 5, 1)).toBe(1);
    expect(passAt(3, 5, 0)).toBeCloseTo(0);
  });

  it('of nothing are empty', () => {
    expect(summaryOf([])).toMatchObject({ attempts: 0, success_rate: null, pass_at: {}, by_turn: [] });
  });
});

it('a trajectory is an attempt without its undone steps', async () => {
  const path = join(folder(), 'episode.jsonl');
  writeFileSync(path, jsonl(recorded()));
  const attempts = await readAttempts(path);
  expect(attempts).toEqual([{ task: 'count-files', actions: [{ code: 'ls | wc -l' }, { submit: true }] }]);
});
