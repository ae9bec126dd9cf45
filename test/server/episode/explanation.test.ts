import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTrajectory } from '../../../clients/replay/trajectory-file.ts';
import type { EnvironmentEpisode, Grade, Task } from '../../../environments/environment.ts';
import type { ResetOptions } from '../../../protocol/episode.ts';
import { trajectoriesIn } from '../../trajectories.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const SECRET = 'the-gold-is-42';

/** Explains each grade by a secret. */
class Explaining extends FakeEnvironment {
  fails = false;

  override async reset(task: Task, options: ResetOptions): Promise<EnvironmentEpisode> {
    const play = await super.reset(task, options);
    const explain = () => {
      if (this.fails) throw new Error('no explanation');
      return { kind: 'files', components: [], notes: [SECRET] };
    };
    const grade = async (request: Parameters<EnvironmentEpisode['grade']>[0]): Promise<Grade> => ({
      ...(await play.grade(request)),
      explain,
    });
    return { ...play, grade };
  }
}

let fake: Explaining;
let server: TestServer;

beforeEach(async () => {
  fake = new Explaining();
  server = await startTestServer([fake]);
});

afterEach(() => server.close());

const events = (): Record<string, unknown>[] =>
  trajectoriesIn(server.trajectories).flatMap((path) =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
const tags = () =>
  events().flatMap(({ options }) => (options as { tags?: string[] } | undefined)?.tags ?? []);
const explanations = () => events().filter(({ event }) => event === 'explanation');

describe('an explanation', () => {
  it('follows the line of its grade, and a replay reads past it', async () => {
    const wire = await Wire.connect(`${server.url}/v1`);
    const id = await wire.reset();
    await wire.result('episode/step', { episode_id: id, action: 'echo gold' });
    await wire.result('episode/evaluate', { episode_id: id });
    await wire.result('episode/step', { episode_id: id, action: { submit: true } });
    expect(events().map(({ event }) => event)).toEqual([
      ...['reset', 'step', 'evaluate', 'explanation', 'step', 'explanation', 'close'],
    ]);
    expect(explanations()).toMatchObject([
      { after_step: 1, explanation: { notes: [SECRET] } },
      { after_step: 2, explanation: { notes: [SECRET] } },
    ]);
    const [path = ''] = trajectoriesIn(server.trajectories);
    const read = await readTrajectory(path);
    expect(read.events.map(({ event }) => event)).toEqual(['step', 'evaluate', 'step']);
  });

  it('that fails leaves the reward as it is', async () => {
    fake.fails = true;
    const wire = await Wire.connect(`${server.url}/v1`);
    const id = await wire.reset();
    const result = await wire.result('episode/step', { episode_id: id, action: 'submit gold' });
    expect(result).toMatchObject({ reward: 1, failure: null });
    expect(explanations()).toMatchObject([
      { explanation: { notes: ['The reward could not be explained: no explanation'] } },
    ]);
  });
});

describe('no client that plays gets an explanation', () => {
  afterEach(() => {
    // It was made, so the test could have seen it.
    expect(explanations().length).toBeGreaterThan(0);
  });

  it('by the native protocol', async () => {
    const wire = await Wire.connect(`${server.url}/v1`);
    const [reset, other] = [
      await wire.result('episode/reset', { environment: 'fake-v1', reward: 'every_step' }),
      await wire.result('episode/reset', { environment: 'fake-v1', max_turns: 1 }),
    ];
    const { episode_id, resume_token } = reset;
    const seen = [
      await wire.result('episode/step', { episode_id, step: 1, action: 'echo x' }),
      await wire.result('episode/step', { episode_id, step: 1, action: 'echo x' }),
      await wire.result('episode/evaluate', { episode_id }),
      await wire.result('episode/state', { episode_id }),
      await wire.result('episode/step', { episode_id: other.episode_id, action: 'echo x' }),
      await wire.result('episode/step', { episode_id, step: 2, action: { submit: true } }),
      // This one is read back from the trajectory.
      ...(await repeated(wire, String(episode_id))),
      await wire.result('episode/resume', { resume_token }),
    ];
    expect(JSON.stringify([reset, other, seen])).not.toContain(SECRET);
    expect(JSON.stringify([reset, other, seen])).not.toContain('explanation');
  });

  async function repeated(wire: Wire, episode_id: string) {
    return [
      await wire.result('episode/step', { episode_id, step: 1, action: 'echo x' }),
      await wire.result('episode/step', { episode_id, step: 2, action: { submit: true } }),
    ];
  }

  it('by OpenEnv', async () => {
    const wire = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
    const seen = [
      await wire.ask({ type: 'reset', data: { reward: 'every_step', tags: ['by-openenv'] } }),
      await wire.ask({ type: 'step', data: { code: 'echo x' } }),
      await wire.ask({ type: 'step', data: { code: '', submit: true } }),
      await wire.ask({ type: 'state' }),
    ];
    const tool = async (name: string, args: object) =>
      wire.ask({
        type: 'mcp',
        data: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
      });
    for (const name of ['reset', 'evaluate', 'submit']) seen.push(await tool(name, {}));
    expect(seen.join('\n')).not.toContain(SECRET);
    expect(seen.join('\n')).not.toContain('explanation');
    expect(tags()).toContain('by-openenv');
  });

  it('by MCP', async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const post = async (method: string, params: object, session?: string) => {
      const response = await fetch(`${server.url}/mcp/fake-v1`, {
        method: 'POST',
        headers: session === undefined ? headers : { ...headers, 'mcp-session-id': session },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      return { text: await response.text(), session: response.headers.get('mcp-session-id') ?? '' };
    };
    const hello = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const { session } = await post('initialize', hello);
    const call = async (name: string, args: object = {}) =>
      (await post('tools/call', { name, arguments: args }, session)).text;
    const seen = [
      await call('reset', { reward: 'every_step', tags: ['by-mcp'] }),
      await call('run', { code: 'echo x' }),
      await call('evaluate'),
      await call('submit'),
      (await post('tools/list', {}, session)).text,
    ];
    expect(seen.join('\n')).not.toContain(SECRET);
    expect(seen.join('\n')).not.toContain('trajectories');
    expect(tags()).toContain('by-mcp');
  });

  it('by ORS', async () => {
    const headers = { 'content-type': 'application/json', 'x-session-id': 's' };
    const post = async (path: string, body: object) =>
      (
        await fetch(`${server.url}/ors${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      ).text();
    const seen = [
      await post('/create', { task_spec: { task: 1, tags: ['by-ors'] } }),
      await post('/fake-v1/call', { name: 'run', input: { code: 'echo x' } }),
      await post('/fake-v1/call', { name: 'submit', input: {} }),
      await (await fetch(`${server.url}/ors/fake-v1/tools`, { headers })).text(),
    ];
    expect(seen.join('\n')).not.toContain(SECRET);
    expect(seen.join('\n')).not.toContain('trajectories');
    expect(tags()).toContain('by-ors');
  });
});
