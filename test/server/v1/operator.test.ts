import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let server: TestServer;
let wire: Wire;

beforeEach(async () => {
  server = await startTestServer([new FakeEnvironment()]);
  wire = await Wire.connect(`${server.url}/v1`);
});

afterEach(() => server.close());

async function played(tags: readonly string[], code: string): Promise<string> {
  const id = await wire.reset({ task: 1, tags });
  await wire.result('episode/step', { episode_id: id, action: code });
  await wire.result('episode/step', { episode_id: id, action: { submit: true } });
  return id;
}

describe('the methods for the operator', () => {
  it('find what was played', async () => {
    const id = await played(['run-1'], 'echo gold');
    await played(['run-2'], 'echo lead');
    const found = await wire.result('trajectories/list', { tag: 'run-1' });
    expect(found).toMatchObject({ total: 1, next_cursor: null });
    expect(found.trajectories).toMatchObject([
      { episode_id: id, environment: 'fake-v1', task: 'task-1', tags: ['run-1'], reward: 1, success: true },
    ]);
    const bad = await wire.result('trajectories/list', { reward: '<0.5' });
    expect(bad.trajectories).toMatchObject([{ tags: ['run-2'], reward: 0 }]);
    const stats = await wire.result('trajectories/stats', { by: 'tag' });
    expect(stats.groups).toMatchObject([{ count: 1 }, { count: 1 }]);
  });

  it('read an episode while it is played', async () => {
    const id = await wire.reset();
    await wire.result('episode/step', { episode_id: id, action: 'echo one' });
    const read = await wire.result('trajectories/read', { episode_id: id });
    expect(read).toMatchObject({ count: 1, next: null, trajectory: { end: null } });
    expect(read.events).toMatchObject([{ event: 'step', action: 'echo one' }]);
    expect(JSON.stringify(read)).not.toContain('resume_token');
  });

  it('list the open episodes of all connections', async () => {
    const other = await Wire.connect(`${server.url}/v1`);
    const id = await other.reset({ tags: ['mine'] });
    const { episodes, total } = await wire.result('episodes/list');
    expect(total).toBe(1);
    expect(episodes).toMatchObject([{ episode_id: id, tags: ['mine'], status: 'ready', step_count: 0 }]);
    const [{ path }] = episodes as [{ path: string }];
    const read = await wire.result('trajectories/read', { path });
    expect(read).toMatchObject({ trajectory: { episode_id: id } });
  });

  it('show the gold of a task', async () => {
    const read = await wire.result('tasks/read', { environment: 'fake-v1', task: 'task-2' });
    expect(read).toMatchObject({ task: { id: 'task-2', index: 2 }, image: 'fake', gold: 'echo gold' });
  });

  it('refuse what is wrong, and name it', async () => {
    const filter = await wire.error('trajectories/list', { reward: 'low' });
    expect(filter.data).toMatchObject({ name: 'invalid_params', issues: [{ field: 'reward' }] });
    const path = await wire.error('trajectories/read', { path: '../../etc/passwd' });
    expect(path.data).toMatchObject({ name: 'invalid_params', issues: [{ field: 'path' }] });
    const gone = await wire.error('trajectories/read', { path: '2026-01-01/none.jsonl' });
    expect(gone.data.name).toBe('trajectory_not_found');
  });
});

describe('an export over HTTP', () => {
  const get = (query: string, headers = {}) =>
    fetch(`${server.url}/trajectories/export?${query}`, { headers });

  it('is a file of the trajectories that the filter means', async () => {
    await played(['run-1'], 'echo gold');
    await played(['run-2'], 'echo lead');
    const response = await get('format=sft&tag=run-1&success=true');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="stepwell-sft.jsonl"');
    const lines = (await response.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).reward)).toEqual([1]);
    const parquet = await get('format=parquet');
    expect(
      Buffer.from(await parquet.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('PAR1');
  });

  it('is refused with the field that is wrong', async () => {
    for (const [query, field] of [
      ['format=word', 'format'],
      ['format=csv&reward=low', 'reward'],
      ['format=csv&since=yesterday', 'since'],
    ] as const) {
      const response = await get(query);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: expect.stringContaining(`${field}: `) });
    }
  });

  it('needs the token', async () => {
    const guarded = await startTestServer([new FakeEnvironment()], { token: 'secret-token' });
    try {
      const url = `${guarded.url}/trajectories/export?format=csv`;
      expect((await fetch(url)).status).toBe(401);
      const headers = { authorization: 'Bearer secret-token' };
      expect((await fetch(url, { headers })).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});

describe('the tags of a reset', () => {
  it.each([
    ['too many', Array.from({ length: 17 }, (_, at) => `tag-${at}`)],
    ['too long', ['x'.repeat(65)]],
    ['with control characters', ['a\u001b[31m']],
    ['empty', ['']],
  ])('are refused if they are %s', async (_name, tags) => {
    const { data } = await wire.error('episode/reset', { environment: 'fake-v1', tags });
    expect(data).toMatchObject({ name: 'invalid_params' });
    expect(JSON.stringify(data)).toContain('tags');
  });

  it('are not shown to the agent', async () => {
    const result = await wire.result('episode/reset', { environment: 'fake-v1', tags: ['secret-run'] });
    expect(JSON.stringify(result)).not.toContain('secret-run');
  });
});

describe('the store of a server', () => {
  it('needs the token, like every method', async () => {
    const guarded = await startTestServer([new FakeEnvironment()], { token: 'secret-token' });
    try {
      const stranger = await Wire.connect(`${guarded.url}/v1`);
      const { data } = await stranger.error('trajectories/list');
      expect(data.name).toBe('unauthorized');
    } finally {
      await guarded.close();
    }
  });
});
