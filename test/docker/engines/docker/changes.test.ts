import { PassThrough, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container, OutsideChanges } from '../../../../docker/engine.ts';
import { buildContext } from '../../../../docker/engines/docker/build-context.ts';
import { DockerChanges } from '../../../../docker/engines/docker/changes.ts';
import { RunnerChannel } from '../../../../docker/link/channel.ts';
import { BUILD_MS, dockerEngine, dockerMissing, type TestEngine } from '../../../engines.ts';

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
  }, BUILD_MS);
  afterAll(() => opened?.close());

  async function run(code: string): Promise<void> {
    const fields = { timeout_ms: 10_000, max_output: 4096, code_length: Buffer.byteLength(code) };
    await channel.request('run', fields, { payload: [code] });
  }
  const told = async (): Promise<string[]> =>
    (await changes.diff()).changes.map(({ kind, path }) => `${kind} ${path}`);

  it('are none at the start, and none of our own', async () => {
    expect(await changes.diff()).toEqual({ changes: [], exceeded: null });
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
    const [file, link] = (await changes.diff()).changes.slice(-2);
    expect(file).toMatchObject({ type: 'file', mode: 0o644, uid: 0, gid: 0, size: 2 });
    expect(file?.sha256).toBe('87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7');
    expect(link).toMatchObject({ type: 'symlink', size: 0 });
    expect((await changes.diff()).changes.find(({ path }) => path === '/usr/bin/ls')?.mode).toBe(0o4700);
  });

  it('name what differs from the mark', async () => {
    await changes.mark();
    expect(await changes.diff()).toEqual({ changes: [], exceeded: null });
    await run('echo b > /work/a; rm /work/b; mkdir /work/b; touch /etc/shadow; cp -a /usr/bin/cat /tmp/cat');
    expect(await told()).toEqual(['added /tmp/cat', 'modified /work/a', 'type_changed /work/b']);
  });

  it('have owners, also of folders, links and pipes', async () => {
    await changes.mark();
    await run(
      'cd /work; chown 1:2 a; mkdir d; touch d/in; chown 3:4 d; ln -s x l; chown -h 5:6 l; mkfifo p; chown 7 p',
    );
    const { changes: found } = await changes.diff();
    expect(found.map(({ path, kind, uid, gid }) => [path, kind, uid, gid])).toEqual([
      ['/work/a', 'mode_changed', 1, 2],
      ['/work/d', 'added', 3, 4],
      ['/work/d/in', 'added', 0, 0],
      ['/work/l', 'added', 5, 6],
      ['/work/p', 'added', 7, 0],
    ]);
    await changes.mark();
    await run('chown 8 /work/d');
    expect(await told()).toEqual(['mode_changed /work/d']);
  });

  it('are known by every byte of large files', async () => {
    await changes.mark();
    const write = (text: string) =>
      run(`truncate -s 40M /work/large; printf ${text} | dd of=/work/large bs=1 seek=20M conv=notrunc`);
    await write('RIGHT');
    const [right] = (await changes.diff()).changes;
    await write('WRONG');
    const [wrong] = (await changes.diff()).changes;
    expect([right?.size, wrong?.size]).toEqual([40 * 2 ** 20, 40 * 2 ** 20]);
    expect(right?.sha256).not.toBe(wrong?.sha256);
    await run('rm /work/large');
  });

  it('exceed a bound where a file is not read wholly, and are other ones where names are no text', async () => {
    await run('mkdir -p /work');
    await changes.mark();
    await run("touch $'/work/\\xff'");
    const { changes: found, exceeded } = await changes.diff();
    expect(exceeded).toBeNull();
    expect(found.map(({ path, type, size }) => [path, type, size])).toEqual([['/work/\ufffd', 'other', 0]]);
    await run('truncate -s 1T /work/huge');
    expect(await changes.diff()).toEqual({ changes: [], exceeded: 'bytes' });
    await run('rm /work/huge');
  });

  it('are not told where they are too many', async () => {
    await run('for i in $(seq 2100); do : > /work/many$i; done');
    expect(await changes.diff()).toEqual({ changes: [], exceeded: 'files' });
    await run('rm /work/many*');
    expect((await changes.diff()).exceeded).toBeNull();
  });

  it('cannot be told of a container that is gone', async () => {
    await container.remove();
    await expect(changes.diff()).rejects.toMatchObject({ code: 'died' });
  });
});

/** A container of an engine that answers so; every path is a file with this content. */
function answering(list: Readable, content = 'content') {
  const answers: PassThrough[] = [];
  const pathStat = Buffer.from(JSON.stringify({ mode: 0o644 })).toString('base64');
  const container = {
    id: 'x',
    modem: { dial: (_: unknown, done: (error: null, stream: Readable) => void) => done(null, list) },
    infoArchive: async () => ({ headers: { 'x-docker-container-path-stat': pathStat } }),
    getArchive: async () => {
      const answer = new PassThrough();
      buildContext([{ name: 'a', content }]).pipe(answer, { end: false });
      answers.push(answer);
      return answer;
    },
  } as unknown as Docker.Container;
  return { changes: new DockerChanges(container, async () => container), answers };
}
const listed = (paths: readonly string[]) =>
  Readable.from([Buffer.from(JSON.stringify(paths.map((Path) => ({ Path, Kind: 1 }))))]);

describe('a look at a container without layers', () => {
  it('lets go of every answer of the engine', async () => {
    const { changes, answers } = answering(listed(['/a']));
    await changes.mark();
    expect(answers.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  it('ends at a bound, whatever there is', async () => {
    const many = Array.from({ length: 2001 }, (_, index) => `/f${index}`);
    expect(await answering(listed(many)).changes.diff()).toEqual({ changes: [], exceeded: 'files' });
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1 << 20, '[');
      })(),
    );
    expect(await answering(endless).changes.diff()).toEqual({ changes: [], exceeded: 'bytes' });
    expect(endless.destroyed).toBe(true);
    const long = `/${'x/'.repeat(2100)}`;
    expect(await answering(listed([long])).changes.diff()).toMatchObject({ exceeded: 'bytes' });
    await expect(answering(listed(many)).changes.mark()).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('takes a list that is none for a container that is gone', async () => {
    await expect(answering(Readable.from(['nonsense'])).changes.diff()).rejects.toMatchObject({
      code: 'died',
    });
  });
});
