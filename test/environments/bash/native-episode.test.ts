import { describe, expect, it } from 'vitest';
import type { Script } from '../fake-sandbox.ts';
import { play, record } from './play.ts';

describe('native semantics', () => {
  it('shows output, status and directory, and what was cut', async () => {
    const { episode, sandbox } = await play(
      record('a'),
      { idle_timeout_ms: 70, max_output_bytes: 300 },
      {
        episode: {
          run: () => ({
            output: 'ab',
            exitCode: 130,
            timedOut: true,
            timeout: 'idle',
            truncatedBytes: 5,
            truncatedAt: 1,
            cwd: '/w',
            sessionRestarted: true,
          }),
        },
      },
    );
    const { observation } = await episode.act({ code: 'c', stdin: 's', timeout_ms: 40 });
    expect(sandbox.runs[0]).toEqual({
      code: 'c',
      stdin: 's',
      timeoutMs: 40,
      idleTimeoutMs: 70,
      maxOutputBytes: 300,
    });
    expect(observation).toEqual({
      output: 'a\n[… 5 bytes of output not shown …]\nb',
      exit_code: 130,
      timed_out: true,
      truncated_bytes: 5,
      cwd: '/w',
      timeout: 'idle',
      session_restarted: true,
    });
  });

  it('looks at the files with the agent halted, and lets it go on', async () => {
    const { episode, sandbox } = await play(record('a'), {});
    await episode.grade({ final: false });
    expect(sandbox.calls).toEqual(['stop', 'diff', 'resume']);
    await episode.grade({ final: true });
    expect(sandbox.calls.slice(3)).toEqual(['kill', 'diff']);
  });

  it('compares the last output that says something, or the answer, with an untouched run of the gold', async () => {
    let output = '42\n';
    const { episode, source } = await play(
      record('a'),
      {},
      {
        episode: { run: () => ({ output }) },
        gold: { run: () => ({ output: '42' }) },
      },
    );
    await episode.act({ code: 'c' });
    output = ' \n';
    await episode.act({ code: 'c' });
    expect((await episode.grade({ final: false })).reward).toBe(1);
    expect((await episode.grade({ answer: '41', final: true })).reward).toBeLessThan(1);
    const [gold, ...more] = source.of('grading');
    expect(more).toEqual([]);
    expect(gold?.calls).toEqual(['run', 'kill', 'diff', 'release']);
    expect(gold?.runs[0]?.code).toBe('gold command');
  });

  it.each<[RegExp, Script]>([
    [/did not end within \d+ seconds/, { run: () => ({ timedOut: true }) }],
    [
      /does not exist as a command: gold/,
      { run: () => ({ exitCode: 127, output: 'bash: line 1: gold: command not found' }) },
    ],
    [/prints nothing and changes nothing/, {}],
    [/prints more than can be compared/, { run: () => ({ output: 'x', truncatedBytes: 1 }) }],
    [/changes more files than can be compared/, { exceeded: 'files' }],
  ])('has no reward, and no fault, where the gold %s', async (why, gold) => {
    const { episode } = await play(record('a'), {}, { gold });
    expect(await episode.grade({ final: true })).toMatchObject({
      reward: null,
      components: {},
      info: { ungraded: expect.stringMatching(why) },
    });
  });

  it('grades a layer that exceeds a bound as one that does not agree', async () => {
    const gold = { run: () => ({ output: '42' }) };
    const { episode } = await play(record('a'), {}, { episode: { ...gold, exceeded: 'bytes' }, gold });
    await episode.act({ code: 'c' });
    expect(await episode.grade({ final: true })).toMatchObject({
      reward: 0,
      success: false,
      info: { files_exceed: 'bytes' },
    });
  });

  it('cuts an action at the time that the episode has left', async () => {
    const { episode, sandbox } = await play(record('a'), {});
    await episode.act({ code: 'c', timeout_ms: 40 }, 30.5);
    await episode.act({ code: 'c', timeout_ms: 40 }, 50);
    await episode.act({ code: 'c' }, -3);
    expect(sandbox.runs.map(({ timeoutMs }) => timeoutMs)).toEqual([31, 40, 1]);
  });
});
