import { expect, it } from 'vitest';
import type { Sandbox, StoredImage } from '../../docker/sandbox.ts';
import { imageOf, makeLayer, PLAIN_LAYER, SHELL_LAYER, WHITEOUT } from '../stored-images.ts';
import type { SandboxBench } from './sandbox-bench.ts';

export interface ImageBench extends SandboxBench {
  /** A sandbox of the image `bash`, on an image of the store if one is named. */
  readonly acquire: (stored?: StoredImage) => Promise<Sandbox>;
  /** Folder of the store, with the layer of the shell. */
  readonly store: () => string;
}

/** Any sandbox shows any image of the store. */
export function imageContract({ acquire, run, output, store, layers }: ImageBench): void {
  const image = (...names: string[]) => imageOf(...names);
  let made = 0;
  /** A layer of a new name. */
  const layer = async (tree: Parameters<typeof makeLayer>[2]): Promise<string> => {
    made += 1;
    const name = `layer-${made}`;
    await makeLayer(store(), name, tree);
    return name;
  };

  it.runIf(layers)('plays an image of the store, with its layers, variables and folder', async () => {
    const low = await layer({ 'etc/name': 'low', 'etc/gone': 'x', 'app/data': 'of the image' });
    const top = await layer({ 'etc/name': 'top', 'etc/gone': WHITEOUT });
    const sandbox = await acquire({ ...image(low, top), env: { COLOR: 'red' }, workdir: '/app' });
    expect(await output(sandbox, 'echo $COLOR; pwd; cat data /etc/name; ls /etc/gone 2>&1')).toMatch(
      /^red\n\/app\nof the imagetop.*No such file/,
    );
    expect(sandbox.image.name).toBe(`${low}+${top}`);
  });

  it.runIf(layers)('shows nothing of the container, whose programs are not needed', async () => {
    const sandbox = await acquire(image());
    expect(await output(sandbox, 'echo /* /etc/* /opt/* /usr/bin/py*')).not.toMatch(/stepwell|python|passwd/);
    expect((await run(sandbox, 'python3; /usr/bin/env')).exitCode).toBe(127);
    const { output: beside } = await sandbox.exec({
      argv: ['/bin/bash', '-c', 'echo /*'],
      cwd: '/',
      env: { PATH: '/bin' },
      timeoutMs: 10_000,
      maxOutputBytes: 4_096,
    });
    expect(beside.toString().split(' ')).not.toContain('/opt');
    expect(await output(sandbox, 'echo x > /tmp/x; : < /dev/null; [ -d /proc/1 ] && cat /tmp/x')).toBe('x\n');
    expect(await output(sandbox, 'cat /etc/hosts /etc/hostname')).toContain('localhost');
  });

  it.runIf(layers)(
    'keeps the changes of an image apart from the next lease and from other images',
    async () => {
      const name = await layer({ 'data/a': 'a' });
      const first = await acquire(image(name));
      await run(first, 'echo changed > /data/a; echo new > /data/b');
      await first.release();
      for (const stored of [image(name), image(), undefined, image(name)]) {
        const sandbox = await acquire(stored);
        const shown = await output(sandbox, 'cat /data/* 2>/dev/null; echo; [ -e /etc/passwd ] && echo own');
        expect(shown).toBe(stored === undefined ? '\nown\n' : stored.layers.length > 1 ? 'a\n' : '\n');
        await sandbox.release();
      }
    },
  );

  it.runIf(layers)('finds the changes to an image, and runs its pristine programs over them', async () => {
    const name = await layer({ 'data/a': 'a', 'data/b': 'b' });
    const sandbox = await acquire(image(name));
    await run(sandbox, 'echo changed > /data/a; echo new > /data/c; echo "#!" > /bin/cat');
    expect((await sandbox.diff()).changes.map(({ kind, path }) => [kind, path])).toEqual([
      ['modified', '/bin/cat'],
      ['modified', '/data/a'],
      ['added', '/data/c'],
    ]);
    await sandbox.mark();
    await run(sandbox, 'echo again > /data/c');
    expect((await sandbox.diff()).changes.map(({ path }) => path)).toEqual(['/data/c']);
    const request = {
      argv: ['/bin/cat', 'a', '/data/a'],
      cwd: '/data',
      timeoutMs: 10_000,
      maxOutputBytes: 4_096,
    };
    expect((await sandbox.inspect(request)).output.toString()).toBe('changed\na');
    const [one, other] = await sandbox.checksums([
      { path: 'data/b', recursive: false },
      { path: 'data/none', recursive: false },
    ]);
    expect(one).not.toBe(other);
    await sandbox.putFiles([{ path: '/data/d', type: 'file', content: 'd' }]);
    expect((await sandbox.getFile('/data/d')).toString()).toBe('d');
  });

  it.runIf(layers)('copies a sandbox to another on the same image, and to no other', async () => {
    const name = await layer({ 'data/a': 'a' });
    const first = await acquire(image(name));
    await run(first, 'cd /data; echo b > b; word=kept');
    const copy = await first.snapshot();
    expect(copy.reasons).toEqual([]);
    await first.release();
    const second = await acquire(image(name));
    await second.restore(copy);
    expect(await output(second, 'pwd; echo $word; cat b')).toBe('/data\nkept\nb\n');
    await second.release();
    for (const other of [image(), undefined]) {
      const third = await acquire(other);
      await expect(third.restore(copy)).rejects.toMatchObject({ code: 'not_supported' });
      await third.release();
    }
  });

  it.runIf(layers)('refuses an image that it cannot show, and goes on with the same containers', async () => {
    const both = [await acquire(), await acquire()];
    for (const sandbox of both) await sandbox.release();
    const bare = await layer({ 'bin/tool': 'x' });
    const broken = await layer({ 'bin/bash': WHITEOUT });
    const cases: [StoredImage, string, RegExp][] = [
      [image('missing'), 'image_missing', /no layer missing/],
      [{ name: 'bare', layers: [bare] }, 'not_supported', /no shell/],
      [image(broken), 'not_supported', /no shell/],
      [{ ...image(), workdir: '/none' }, 'not_supported', /workdir/],
    ];
    for (const [stored, code, message] of cases) {
      await expect(acquire(stored)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
    const last = await acquire();
    expect(both.map(({ id }) => id)).toContain(last.id);
    expect(await output(last, '[ -e /etc/passwd ] && echo own')).toBe('own\n');
  });

  it.runIf(layers)('restarts the session of an image on its files', async () => {
    const sandbox = await acquire(image());
    await run(sandbox, 'echo kept > /tmp/kept; cd /tmp');
    expect(await run(sandbox, 'exit 3')).toMatchObject({ exitCode: 3, sessionRestarted: true });
    expect(await output(sandbox, 'pwd; cat kept; echo /etc/pass*')).toBe('/tmp\nkept\n/etc/pass*\n');
  });

  it.runIf(layers)('drives a plain shell where there is no bash', async () => {
    const sandbox = await acquire({ name: 'plain', layers: [PLAIN_LAYER], env: { COLOR: 'red' } });
    expect(await output(sandbox, 'x=$COLOR; cd /bin; echo one')).toBe('one\n');
    expect(await output(sandbox, 'echo $x; pwd\necho "two\nlines"')).toMatch(/^red\n\/bin\ntwo\s+lines\n$/);
    expect((await run(sandbox, 'f() { return 3; }; f')).exitCode).toBe(3);
    expect(await output(sandbox, 'echo $?; f; echo $?')).toBe('3\n3\n');
    expect(await run(sandbox, 'if')).toMatchObject({ exitCode: 2, sessionRestarted: false });
    const stdin = 'a\\n b\nc\n';
    const read = await run(sandbox, 'while read -r line; do printf "<%s>" "$line"; done', { stdin });
    expect(read.output.toString()).toBe('<a\\n b><c>');
    expect(await output(sandbox, 'read -r line || echo none')).toBe('none\n');
    const late = await run(sandbox, 'y=kept; while :; do :; done; echo never', { timeoutMs: 300 });
    expect(late).toMatchObject({ timeout: 'deadline', exitCode: 124 });
    expect(late.output.toString()).toBe('');
    expect(await output(sandbox, 'echo $x')).toBe(late.sessionRestarted ? '\n' : 'red\n');
    expect(await run(sandbox, 'exit 4')).toMatchObject({ exitCode: 4, sessionRestarted: true });
    expect(await output(sandbox, 'pwd; echo $COLOR')).toBe('/bin\nred\n');
    expect((await sandbox.snapshot()).reasons).toEqual(['a session that is not Bash']);
  });

  it.runIf(!layers)('refuses images of the store without layers', async () => {
    await expect(acquire({ name: 'any', layers: [SHELL_LAYER] })).rejects.toMatchObject({
      code: 'not_supported',
    });
  });
}
