import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { replayEpisode } from '../../clients/cli/replay-episode.ts';
import { readTrajectory } from '../../clients/cli/trajectory-file.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { StepwellError } from '../../clients/typescript/errors.ts';
import { DEFINITIONS } from '../../environments/registry.ts';
import type { ResetOptions, StepResult } from '../../protocol/episode.ts';
import { createConfig } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { Wire } from '../server/test-server.ts';
import type { EnvironmentScenario } from './environment-scenarios.ts';
import { killSandboxes } from './sandbox-killer.ts';

const START_MS = 300_000;
const MOST_ATTEMPTS = 10;
/** Time in which a gold is surely played. */
const LIMIT_MS = 5_000;

/** What a client of any environment may rely on, through the server, on one engine. */
export function environmentContract(scenario: EnvironmentScenario, runtime: 'docker' | 'local'): void {
  const { environment, options, gold, wrong, show, fail, count, foreign } = scenario;

  describe(`${scenario.title} on the ${runtime} engine`, () => {
    let home: string;
    let server: RunningServer;
    let client: StepwellClient;

    beforeAll(async () => {
      home = await temporaryHome();
      const config = createConfig({ port: 0, runtime, pool: {}, pool_max: 4, log_level: 'silent' });
      server = await startServer(config, { env: { ...process.env, STEPWELL_HOME: home } });
      client = await StepwellClient.connect(server.url, { strict: true, timeoutMs: START_MS });
      // The first reset builds the image.
      await (await reset()).close();
    }, START_MS);

    afterAll(async () => {
      await client?.close();
      await server?.close();
      await rm(home, { recursive: true, force: true });
    });

    const reset = (more: ResetOptions = {}) => client.reset({ environment, ...options, ...more });

    async function play(actions: readonly string[], more: ResetOptions = {}) {
      const episode = await reset(more);
      for (const code of actions) await episode.step({ code });
      return episode.submit();
    }

    /** The gold's reward, as a client gets it that tries again where it is told to. */
    async function playedAgain(): Promise<number | null> {
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
        try {
          const { reward, failure } = await play(gold);
          if (failure === null) return reward;
          expect({ reward, retryable: failure.retryable }).toEqual({ reward: null, retryable: true });
        } catch (error) {
          if (!(error instanceof StepwellError && error.retryable)) throw error;
        }
      }
      throw new Error(`no attempt of ${MOST_ATTEMPTS} was graded`);
    }

    it('is offered with its tasks', async () => {
      const info = (await client.environments()).find(({ id }) => id === environment);
      expect(info?.semantics).toEqual(['native', 'intercode']);
      const page = await client.tasks({ environment, limit: 1 });
      expect(page).toMatchObject({ dataset: 'built-in', total: info?.datasets[0]?.tasks });
    });

    it('begins with the instruction, and observes what it describes', async () => {
      await using episode = await reset();
      expect(episode.observation.output).toContain(episode.task.instruction);
      const { observation, reward, terminated, info } = await episode.step({ code: show.code });
      expect(observation.output).toContain(show.shown);
      expect(observation).toMatchObject({ exit_code: 0 });
      const described = DEFINITIONS.find(({ id }) => id === environment)?.observation ?? {};
      expect(z.looseObject(described).safeParse(observation).error).toBeUndefined();
      expect({ reward, terminated }).toEqual({ reward: null, terminated: false });
      expect(info.duration_ms).toBeGreaterThanOrEqual(0);
    });

    it('observes a failure of the code, and goes on', async () => {
      await using episode = await reset();
      const failed = await episode.step({ code: fail });
      expect(failed).toMatchObject({ failure: null, terminated: false, truncated: false });
      expect(failed.observation.exit_code).not.toBe(0);
      expect((await episode.step({ code: show.code })).observation.output).toContain(show.shown);
    });

    it('gives the gold 1 with components, and a wrong answer less', async () => {
      const solved = await play(gold);
      expect(solved).toMatchObject({ terminated: true, truncated: false, failure: null });
      expect(solved.reward).toBeCloseTo(1, 5);
      expect(solved.info.success).toBe(true);
      expect(Object.keys(solved.info.reward_components ?? {})).not.toEqual([]);
      const failed = await play(wrong);
      expect(failed.reward).toBeLessThan(0.999);
      expect(failed.info.success).toBe(false);
    });

    it('gives nothing for nothing', async () => {
      expect(await play([])).toMatchObject({ reward: 0, failure: null, info: { success: false } });
    });

    it('evaluates and goes on', async () => {
      await using episode = await reset();
      for (const code of wrong) await episode.step({ code });
      const between = await episode.evaluate();
      expect(between).toMatchObject({ failure: null, reward: expect.any(Number), info: { success: false } });
      for (const code of gold) await episode.step({ code });
      expect((await episode.submit()).reward).toBeGreaterThan(between.reward ?? 1);
    });

    it('rewards every step where it is asked to', async () => {
      await using episode = await reset({ reward: 'every_step' });
      expect(await episode.step({ code: show.code })).toMatchObject({
        reward: expect.any(Number),
        terminated: false,
        info: { success: false },
      });
    });

    it('ends at a skip with 0, and at its last turn with truncation', async () => {
      await using skipped = await reset();
      expect(await skipped.skip()).toMatchObject({ reward: 0, terminated: true, truncated: false });
      await using short = await reset({ max_turns: 2 });
      expect(await short.step({ code: show.code })).toMatchObject({ truncated: false });
      const last = await short.step({ code: show.code });
      expect(last).toMatchObject({ truncated: true, terminated: false, info: { limit: 'turns' } });
      await expect(short.step({ code: show.code })).rejects.toMatchObject({ error: 'episode_over' });
    });

    it('grades what was done when its turns or its time are over, unless only a submit is graded', async () => {
      const turns = { max_turns: gold.length };
      for (const [reward, expected] of [
        [undefined, expect.closeTo(1, 5)],
        ['every_step', expect.closeTo(1, 5)],
        ['on_submit', null],
      ] as const) {
        await using episode = await reset({ ...turns, ...(reward === undefined ? {} : { reward }) });
        let last: StepResult | undefined;
        for (const code of gold) last = await episode.step({ code });
        expect(last).toMatchObject({ truncated: true, terminated: false, failure: null, reward: expected });
        if (expected !== null) expect(last?.info.success).toBe(true);
      }
      await using timed = await reset({ max_duration_ms: LIMIT_MS });
      for (const code of gold) await timed.step({ code });
      await expect.poll(async () => (await timed.state()).status, { timeout: 30_000 }).toBe('over');
      expect(await timed.step({ code: show.code })).toMatchObject({
        truncated: true,
        reward: expect.closeTo(1, 5),
        info: { limit: 'time', success: true },
      });
    });

    it('makes a step exactly once, and keeps its session for the episode only', async () => {
      await using episode = await reset();
      await episode.step({ code: count.begin });
      const first = await episode.step({ code: count.add });
      const again = await episode.step({ code: count.add }, { step: 2 });
      expect(again).toEqual({ ...first, replayed: true });
      expect((await episode.step({ code: count.show })).observation.output).toMatch(count.one);
      await episode.close();
      await using next = await reset();
      expect((await next.step({ code: count.show })).observation.output).not.toMatch(count.one);
    });

    it('answers in the manner of InterCode', async () => {
      const solved = await play(gold.length === 1 ? gold : [gold.join('; ')], {
        semantics: 'intercode',
        reward: 'every_step',
      });
      expect(solved).toMatchObject({ terminated: true, failure: null });
    });

    it('refuses an option that it does not have by its name', async () => {
      const refusal = expect(reset(foreign.options)).rejects;
      await refusal.toMatchObject({ error: 'invalid_params', issues: [{ field: foreign.name }] });
      await expect(reset({ task: 'no-such-task' })).rejects.toMatchObject({ error: 'task_not_found' });
    });

    it('writes a trajectory that replays without a difference', async () => {
      const episode = await reset();
      for (const code of [show.code, fail, ...gold]) await episode.step({ code });
      await episode.evaluate();
      await episode.submit();
      const trajectory = await readTrajectory(join(home, 'trajectories', `${episode.id}.jsonl`));
      expect(trajectory).toMatchObject({ torn: false, close: { reason: 'terminated' } });
      expect(await replayEpisode(client, trajectory)).toEqual({
        steps: gold.length + 3,
        differences: [],
        notes: [],
      });
    });

    it('plays over a plain WebSocket that speaks OpenEnv', async () => {
      const wire = await Wire.connect(`${server.url}/openenv/${environment}/ws`);
      const ask = async (type: string, data: unknown) => JSON.parse(await wire.ask({ type, data }));
      expect(await ask('reset', options)).toMatchObject({ type: 'observation', data: { done: false } });
      for (const code of gold) await ask('step', { code });
      const end = await ask('step', { submit: true });
      expect(end.data).toMatchObject({
        done: true,
        reward: expect.closeTo(1, 5),
        metadata: { terminated: true, success: true },
      });
      expect(await ask('reset', { ...options, ...foreign.options })).toMatchObject({
        type: 'error',
        data: { code: 'EXECUTION_ERROR', message: expect.stringContaining(foreign.name) },
      });
      wire.socket.close();
      const schema = await (await fetch(`${server.url}/openenv/${environment}/schema`)).text();
      expect(schema).toContain('"exit_code"');
    });

    it('tells the death of a sandbox as a failure, never as a reward, and plays on', async () => {
      const episode = await reset({ reward: 'every_step' });
      await episode.step({ code: show.code });
      await killSandboxes(runtime);
      const dead = await episode.step({ code: show.code });
      expect(dead).toMatchObject({ reward: null, terminated: false, truncated: true });
      // Where the action still got its answer, it is the grade that cannot be made.
      const told = { class: expect.stringMatching(/^(sandbox|grading)$/), retryable: true };
      expect(dead.failure).toMatchObject(told);
      expect(await playedAgain()).toBeCloseTo(1, 5);
      const names = await readdir(join(home, 'trajectories'));
      const log = await readFile(
        join(home, 'trajectories', names.find((name) => name.startsWith(episode.id)) ?? ''),
        'utf8',
      );
      expect(log).toContain('"reason":"failure"');
    });
  });
}
