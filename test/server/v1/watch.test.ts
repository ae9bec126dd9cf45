import { describe, expect, test } from 'vitest';
import { UpdateNote } from '../../../protocol/watch.ts';
import { serveEachTest, server, wire } from '../each-server.ts';
import { Wire } from '../test-server.ts';

describe('server/watch', () => {
  serveEachTest();

  const updates = async (until: (update: UpdateNote) => boolean): Promise<UpdateNote> => {
    for (;;) {
      const { method, params } = await wire.frame();
      if (method !== 'server/update') continue;
      const update = UpdateNote.parse(params);
      if (until(update)) return update;
    }
  };

  test('sends episodes of every connection, and what the server counts', async () => {
    const other = await Wire.connect(`${server.url}/v1`);
    const id = await other.reset();
    expect(await wire.result('server/watch', { interval_ms: 100 })).toEqual({ interval_ms: 100 });
    const { opened } = await updates((update) => update.opened.length > 0);
    expect(opened).toMatchObject([
      { episode_id: id, environment: 'fake-v1', task: expect.stringMatching(/^task-/) },
    ]);
    await other.result('episode/step', { episode_id: id, action: 'echo gold' });
    await updates((update) => update.changed.some(({ step_count }) => step_count === 1));
    await other.result('episode/step', { episode_id: id, action: 'submit' });
    const { ended } = await updates((update) => update.ended.length > 0);
    expect(ended).toMatchObject([{ episode_id: id, reward: 1, terminated: true, failure: null }]);
    const { sample } = await updates((update) => (update.sample?.rates[0]?.steps ?? 0) === 2);
    expect(sample).toMatchObject({ open_episodes: 0, failures: [] });
    other.socket.close();
  });

  test('ends with server/unwatch, and with the connection', async () => {
    await wire.result('server/watch');
    wire.request('server/unwatch');
    await expect.poll(async () => (await wire.frame()).result).toEqual({ watched: true });
    expect(await wire.result('server/unwatch')).toEqual({ watched: false });
  });

  test('refuses an interval that is too short, and names it', async () => {
    const error = await wire.error('server/watch', { interval_ms: 1 });
    expect(error.data).toMatchObject({ name: 'invalid_params' });
    expect(JSON.stringify(error.data)).toContain('interval_ms');
  });
});

describe('a server with a token', () => {
  serveEachTest({ token: 'a-secret' });

  test('lets nobody watch without it', async () => {
    expect((await wire.error('server/watch')).data).toMatchObject({ name: 'unauthorized' });
  });
});
