import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerChanges } from '../../docker/docker-changes.ts';
import type { Container, OutsideChanges } from '../../docker/engine.ts';
import { buildContext } from '../../docker/images/build-context.ts';
import { RunnerChannel } from '../../docker/runner-channel.ts';
import { dockerEngine, dockerMissing, type TestEngine } from '../engines.ts';

const limits = { memoryBytes: 2 ** 28, cpus: 1, pids: 64, layerBytes: 2 ** 24, layerInodes: 4096 };
const missing = await dockerMissing();

describe.skipIf(missing !== null)(`the changes of a container without layers ${missing ?? ''}`, () => {
  let opened: TestEngine;
  let container: Container;
  let channel: RunnerChannel;
  let changes: OutsideChanges;

  beforeAll(async () => {
    opened = await dockerEngine({ isolation: 'replace', control: 'socket' });
    container = await opened.engine.start({ image: 'bash', limits, network: 'none' });
    channel = new RunnerChannel(container.stream);
    await channel.ready;
    if (container.changes === undefined) throw new Error('the container tells no changes');
    changes = container.changes;
  });
  afterAll(() => opened?.close());

  async function run(code: string): Promise<void> {
    const fields = { timeout_ms: 10_000, max_output: 4096, code_length: Buffer.byteLength(code) };
    await channel.request('run', fields, { payload: [code] });
  }
  const told = async (): Promise<string[]> =>
    (await changes.diff()).map(({ kind, path }) => `${kind} ${path}`);

  it('are none at the start, and none of our own', async () => {
    expect(await changes.diff()).toEqual([]);
  });

  it('name what differs from the image', async () => {
    await run(
      'mkdir /work; echo a > /work/a; ln -s a /work/b; chmod 4700 /usr/bin/ls; rm /etc/passwd; echo x > /etc/group',
    );
    expect(await told()).toEqual([
      'modified /etc/group',
      'deleted /etc/passwd',
      'mode_changed /usr/bin/ls',
      'added /work',
      'added /work/a',
      'added /work/b',
    ]);
    const [file, link] = (await changes.diff()).slice(-2);
    expect(file).toMatchObject({ type: 'file', mode: 0o644, size: 2 });
    expect(file?.sha256).toBe('87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7');
    expect(link).toMatchObject({ type: 'symlink', size: 0 });
    expect((await changes.diff()).find(({ path }) => path === '/usr/bin/ls')?.mode).toBe(0o4700);
  });

  it('name what differs from the mark', async () => {
    await changes.mark();
    expect(await changes.diff()).toEqual([]);
    await run('echo b > /work/a; rm /work/b; mkdir /work/b; touch /etc/shadow; cp -a /usr/bin/cat /tmp/cat');
    expect(await told()).toEqual(['added /tmp/cat', 'modified /work/a', 'type_changed /work/b']);
  });

  it('cannot be told of a container that is gone', async () => {
    await container.remove();
    await expect(changes.diff()).rejects.toMatchObject({ code: 'died' });
  });
});

it('the changes of a container let go of every answer of the engine', async () => {
  const answer = new PassThrough();
  buildContext([{ name: 'a', content: 'content' }]).pipe(answer, { end: false });
  const pathStat = Buffer.from(JSON.stringify({ mode: 0o644 })).toString('base64');
  const container = {
    changes: async () => [{ Path: '/a', Kind: 1 }],
    infoArchive: async () => ({ headers: { 'x-docker-container-path-stat': pathStat } }),
    getArchive: async () => answer,
  } as unknown as Docker.Container;
  await new DockerChanges(container, async () => container).mark();
  expect(answer.destroyed).toBe(true);
});
