import { describe, expect, it } from 'vitest';
import type { StoredDataset } from '../../../environments/playable-dataset.ts';
import { createEnvironments } from '../../../environments/registry.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { FakeSource, type Script } from '../fake-sandbox.ts';
import { DEFAULTS, environmentOf, play, record } from './play.ts';

function refusal(attempt: () => unknown): string | undefined {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ProtocolError) return error.error;
    throw error;
  }
  return undefined;
}

describe('choosing a task', () => {
  const tasks = Array.from({ length: 9 }, (_, index) => record(`t${index}`));
  const { environment } = environmentOf(tasks);

  it('goes by index, by id, else by seed', () => {
    expect(environment.choose({ task: 3 }, 1).task).toEqual({
      id: 't3',
      index: 3,
      dataset: 'first',
      instruction: 'Do t3.',
      tags: [],
    });
    expect(environment.choose({ task: 't4' }, 1).task.index).toBe(4);
    const bySeed = Array.from({ length: 9 }, (_, seed) => environment.choose({}, seed).task.id);
    expect([...bySeed].sort()).toEqual(tasks.map(({ id }) => id));
    expect(environment.choose({}, 4).task.id).toBe(bySeed[4]);
    expect(environment.choose({ dataset: 'other' }, 7).task.id).toBe('x');
  });

  it('refuses what is not there', () => {
    expect(refusal(() => environment.choose({ task: 9 }, 0))).toBe('task_not_found');
    expect(refusal(() => environment.choose({ task: 'x' }, 0))).toBe('task_not_found');
    expect(refusal(() => environment.choose({ dataset: 'nope' }, 0))).toBe('dataset_not_found');
  });
});

describe('the environments of a server', () => {
  it('have the built-in tasks first, then the datasets given', () => {
    const dataset: StoredDataset = {
      environment: 'bash-v1',
      name: 'mine',
      image: 'bash',
      definition: null,
      tasks: [record('a')],
    };
    const environments = createEnvironments({
      sandboxes: new FakeSource(),
      defaults: DEFAULTS,
      datasets: [dataset],
    });
    const bash = environments.get('bash-v1');
    expect(bash?.info.datasets.map(({ name }) => name)).toEqual(['built-in', 'mine']);
    expect(bash?.tasks(undefined).length).toBeGreaterThanOrEqual(40);
    expect(bash?.readme).toContain('bash-v1');
    expect(() =>
      createEnvironments({
        sandboxes: new FakeSource(),
        defaults: DEFAULTS,
        datasets: [{ ...dataset, name: 'built-in' }],
      }),
    ).toThrow(/built-in/);
  });
});

describe('the start state', () => {
  it('sends no request for a task without files', async () => {
    const { sandbox, episode } = await play(record('a'), {});
    expect(sandbox.calls).toEqual([]);
    expect(episode.initial.observation.output).toBe('Do a.');
  });

  it('is files, directory, setup, and then the mark', async () => {
    const files = [
      { path: '/w/a', content: 'x', mode: '0600' },
      { path: '/w/b', content_base64: 'AAE=' },
    ];
    const { sandbox } = await play(record('a', { files, cwd: "/it's", setup: 'touch s' }), {});
    expect(sandbox.calls).toEqual(['put', 'run', 'run', 'run', 'mark']);
    expect(sandbox.files).toEqual([
      { path: '/w/a', type: 'file', content: 'x', mode: 0o600, mtime: 1_704_067_200 },
      { path: '/w/b', type: 'file', content: Buffer.from([0, 1]), mtime: 1_704_067_200 },
    ]);
    expect(sandbox.runs[0]?.code).toContain("cd -- '/it'\\''s'");
    expect(sandbox.runs[1]?.code).toBe('touch s');
  });

  it('gives the sandbox back where the setup fails', async () => {
    const source = new FakeSource({ run: () => ({ exitCode: 1, output: 'no space' }) });
    const { environment } = environmentOf([record('a', { setup: 'false' })], source);
    const chosen = environment.choose({ task: 0 }, 0);
    await expect(chosen.begin()).rejects.toMatchObject({ code: 'runner_fault' });
    expect(source.of('episode')[0]?.calls.at(-1)).toBe('release');
  });
});

describe('a task that was not tried yet', () => {
  const golds: Readonly<Record<string, Script>> = {
    nothing: {},
    missing: { run: () => ({ exitCode: 127 }) },
    endless: { run: () => ({ timedOut: true }) },
  };
  const unchecked = (gold: Script, tasks = [record('a')]) =>
    environmentOf(tasks, new FakeSource({}, gold), { checked: false });

  it.each([
    ['nothing', 'no_op_wins'],
    ['missing', 'gold_fails'],
    ['endless', 'gold_never_ends'],
  ])(
    'is refused with its first reset where the gold is %s, and by choice from then on',
    async (name, kind) => {
      const { environment, source } = unchecked(golds[name] ?? {});
      const chosen = environment.choose({ task: 'a' }, 0);
      const refused = { error: 'task_ungradable', details: expect.objectContaining({ kind }) };
      await expect(chosen.begin()).rejects.toMatchObject(refused);
      expect(source.of('episode')[0]?.calls.at(-1)).toBe('release');
      expect(() => environment.choose({ task: 'a' }, 0)).toThrow(expect.objectContaining(refused));
      expect(environment.info.datasets[0]).toMatchObject({ tasks: 1, gradable: 0 });
      expect(environment.choose({ task: 'a', semantics: 'intercode' }, 0).task.id).toBe('a');
    },
  );

  it('is tried once, and its gold not run again for the grade', async () => {
    const { environment, source } = unchecked({ run: () => ({ output: '1' }) });
    for (const _ of [1, 2]) {
      const episode = await environment.choose({}, 0).begin();
      await episode.grade({ final: true });
    }
    expect(source.of('grading')).toHaveLength(1);
  });

  it.each([
    ['shell', { sessionRestarted: true, exitCode: 137 }],
    ['command', { exitCode: 137 }],
  ])('is not judged by a gold whose %s was killed once', async (_, killed) => {
    let runs = 0;
    const answer = () => {
      runs += 1;
      return runs === 1 ? killed : { output: '1' };
    };
    const { environment, source } = unchecked({ run: answer });
    const episode = await environment.choose({}, 0).begin();
    expect((await episode.grade({ answer: '1', final: true })).reward).toBe(1);
    expect(source.of('grading')).toHaveLength(2);
  });

  it('is not judged by a gold that was killed once, by intercode either', async () => {
    let runs = 0;
    const answer = () => {
      runs += 1;
      return runs === 1 ? { exitCode: 137 } : { output: '1' };
    };
    const { environment, source } = unchecked({ exec: answer });
    const options = { semantics: 'intercode' } as const;
    const episode = await environment.choose(options, 0).begin();
    await episode.grade({ final: true });
    expect({ runs, sandboxes: source.of('grading').length }).toEqual({ runs: 2, sandboxes: 2 });
  });

  it('is judged by a gold that ends its shell each time', async () => {
    const { environment, source } = unchecked({ run: () => ({ output: '1', sessionRestarted: true }) });
    const episode = await environment.choose({}, 0).begin();
    expect((await episode.grade({ answer: '1', final: true })).reward).toBe(1);
    expect(source.of('grading')).toHaveLength(2);
  });

  it('is played as it is where that is asked for, and where the try meets a fault', async () => {
    const { environment, source } = unchecked({});
    const options = { include_ungradable: true };
    const episode = await environment.choose(options, 0).begin();
    expect(source.of('grading')).toHaveLength(0);
    expect((await episode.grade({ final: true })).reward).toBeNull();
    const faulty = unchecked({ refuse: () => 'died' });
    await faulty.environment.choose({}, 0).begin();
    expect(faulty.environment.info.datasets[0]).toMatchObject({ gradable: 1 });
  });
});
