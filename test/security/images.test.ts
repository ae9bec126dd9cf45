import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Sandbox, StoredImage } from '../../docker/sandbox.ts';
import { itUnless } from '../requirements.ts';
import { imageOf, makeLayer, makePythonLayer, makeStore, SHELL_LAYER } from '../stored-images.ts';
import { onEveryEngine } from './bench.ts';
import { isSurroundedByNothing, meetsNoOutsiders, meetsOnlyLoopback, refusesCalls } from './surroundings.ts';

/** In the name of a file that only another image has. */
const SECRET = 'of-another-image';
const ANOTHER = 'another-layer';

await onEveryEngine('a sandbox on an image of the store', (bench) => {
  const { acquire, next, run, output, answers, probe, store } = bench;
  const makesNoDevices = process.getuid?.() === 0 ? null : 'an ordinary user makes no devices';
  const python: StoredImage = imageOf('python');

  beforeAll(async () => {
    await makeStore(store());
    await makePythonLayer(store(), 'python');
    await makeLayer(store(), ANOTHER, { [`opt/${SECRET}`]: 'secret' });
    await makeLayer(store(), 'links', {
      dev: '-> /',
      proc: '-> ../../..',
      sys: '-> /opt/stepwell',
      tmp: '-> ..',
      etc: '-> /opt/stepwell/runner',
      mnt: '-> /opt/stepwell/scratch',
      root: '-> /proc/1/root',
      out: '-> /opt/stepwell/store',
      up: '-> ../../../../opt/stepwell',
      own: '-> /proc/self/root/opt/stepwell',
    });
    await makeLayer(store(), 'files', {
      dev: 'a file',
      proc: 'a file',
      'etc/resolv.conf': '-> /opt/stepwell/runner/runner.py',
      'etc/hosts': '-> /proc/1/environ',
    });
  });

  it('has no rights and no surroundings but those of every sandbox', async () => {
    const sandbox = await acquire(python);
    await refusesCalls(bench, sandbox);
    isSurroundedByNothing(await probe(sandbox, 'surroundings.py'));
    await meetsNoOutsiders(bench, sandbox);
    await meetsOnlyLoopback(bench, sandbox);
    await answers(sandbox);
  });

  it('finds nothing of the store, of other images or of the runner', async () => {
    const other = await acquire(imageOf(ANOTHER));
    expect(await output(other, 'cat /opt/*')).toBe('secret');
    const sandbox = await next(other);
    await sandbox.release();
    const mine = await acquire(python);
    const words = [SECRET, ANOTHER, basename(store()), 'session_process', 'runner.sock'];
    const content = words.join('\n');
    await mine.putFiles([{ path: '/words', type: 'file', content }]);
    expect(await probe(mine, 'find_names.py')).toEqual({
      found: [],
      told: [],
      roots: ['/'],
      remounted: 'EPERM',
      bound: 'EPERM',
      handle: 'EPERM',
      above: true,
    });
  });

  it('whose folders are links that lead out stays in its layer', async () => {
    const before = await digest(store());
    const sandbox = await acquire(imageOf('links'));
    expect(await output(sandbox, 'for f in /dev /proc /etc; do [ -L $f ] && echo $f; done; echo end')).toBe(
      'end\n',
    );
    expect(await output(sandbox, 'ls /out/ /up/ /own/ /sys/ 2>/dev/null; echo end')).toBe('end\n');
    for (const path of ['/out', '/up', '/own', '/sys', '/mnt']) await leadsNowhere(sandbox, path);
    await expect(
      sandbox.inspect({ argv: ['/bin/ls'], timeoutMs: 10_000, maxOutputBytes: 99 }),
    ).rejects.toMatchObject({
      code: 'not_supported',
    });
    // What is made there is the layer's own.
    await sandbox.putFiles([{ path: '/opt/stepwell/store/shell/new', type: 'file', content: 'x' }]);
    expect(await output(sandbox, 'cat /out/shell/new; ls /opt/stepwell')).toBe('xstore\n');
    await run(sandbox, 'echo changed > /bin/cat; echo "#" > /etc/new');
    await answers(await next(sandbox));
    expect(await digest(store())).toBe(before);
  });

  it('whose /dev, /proc and network files are files or links gets those of every sandbox', async () => {
    const sandbox = await acquire(imageOf('files'));
    expect(await output(sandbox, 'echo x > /dev/null && [ -d /proc/self/fd ] && echo fine')).toBe('fine\n');
    expect(await output(sandbox, 'for f in /etc/resolv.conf /etc/hosts; do [ -L $f ] && echo $f; done')).toBe(
      '',
    );
    expect(await output(sandbox, 'cat /etc/hosts')).toContain('localhost');
    expect(await output(sandbox, 'cat /etc/resolv.conf')).not.toContain('import');
    expect((await sandbox.diff()).changes).toEqual([]);
  });

  itUnless(makesNoDevices, 'opens no device that the image has', async () => {
    await makeLayer(store(), 'devices', { 'devices/file': '' });
    execFileSync('mknod', [join(store(), 'devices/devices/zero'), 'c', '1', '5']);
    const sandbox = await acquire(imageOf('devices'));
    expect(await output(sandbox, 'read -n 1 x < /devices/zero; echo $?')).toMatch(/Permission denied\n1\n$/);
  });

  it('leaves nothing to the next image, nor to the container’s own', async () => {
    const before = await digest(store());
    const first = await acquire(imageOf(ANOTHER));
    await run(
      first,
      'echo left > /opt/left; echo left > /dev/shm/left; echo left > /bin/ls; LEFT=1; (sleep 1000 &)',
    );
    expect(await output(first, 'echo -n "$LEFT"; cat /opt/left /dev/shm/left')).toContain('left');
    await first.release();
    for (const image of [python, imageOf(ANOTHER), undefined]) {
      const sandbox = await acquire(image);
      expect(sandbox.id).toBe(first.id);
      expect(
        await output(
          sandbox,
          'cat /opt/left /dev/shm/left 2>/dev/null; echo "[$LEFT]"; ls / > /tmp/list || echo no',
        ),
      ).toBe('[]\n');
      await sandbox.release();
    }
    expect(await digest(store())).toBe(before);
  });

  it('that replaces what starts a session harms its own session alone', async () => {
    const sandbox = await acquire(python);
    await run(
      sandbox,
      'mkdir -p /opt/stepwell/runner; for f in shell_process confinement mounts; do echo "raise SystemExit" > /opt/stepwell/runner/$f.py; done; cp /bin/cat /bin/bash',
    );
    expect(await output(sandbox, 'exit 1; :')).toBe('');
    await answers(await next(sandbox));
  });

  it('cannot be named by a path', async () => {
    for (const name of ['../runner', '..', '.', `${SHELL_LAYER}/../${ANOTHER}`, '/etc', '']) {
      await expect(acquire({ name: 'out', layers: [SHELL_LAYER, name] })).rejects.toMatchObject({
        code: 'not_supported',
      });
    }
    await answers(await acquire());
  });
});

async function leadsNowhere(sandbox: Sandbox, path: string): Promise<void> {
  for (const inside of ['runner.py', 'runner/runner.py', `${SHELL_LAYER}/bin/bash`, 'opt']) {
    await expect(sandbox.getFile(`${path}/${inside}`)).rejects.toMatchObject({ code: 'path_not_found' });
  }
  await expect(sandbox.listFiles(path)).rejects.toMatchObject({ code: 'path_not_found' });
}

/** Of all files and links of a folder, with their modes. */
async function digest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const path = join(entry.parentPath, entry.name);
    hash.update(`${path}\0`);
    if (entry.isFile()) hash.update(await readFile(path));
  }
  return hash.digest('hex');
}
