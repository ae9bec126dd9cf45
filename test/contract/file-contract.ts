import { describe, expect, it } from 'vitest';
import { itUnless, unlessOrdinary } from '../requirements.ts';
import type { SandboxBench } from './sandbox-bench.ts';

/** What files and differences of a sandbox promise. */
export function fileContract({ acquire, run, output, layers, kind }: SandboxBench): void {
  describe('files', () => {
    it('go in, come out and are listed', async () => {
      const sandbox = await acquire();
      await sandbox.putFiles([
        { path: '/work/a/b.txt', type: 'file', content: 'text', mode: 0o600, mtime: 1_700_000_000 },
        { path: '/work/empty', type: 'directory' },
        { path: '/work/link', type: 'symlink', target: 'a/b.txt' },
      ]);
      expect(await output(sandbox, 'cat /work/link; stat -c "%a %Y" /work/a/b.txt')).toBe(
        'text600 1700000000\n',
      );
      expect((await sandbox.getFile('/work/a/b.txt')).toString()).toBe('text');
      const listed = (await sandbox.listFiles('/work')).map(({ name, type }) => `${name}:${type}`);
      expect(listed.sort()).toEqual(['a:directory', 'empty:directory', 'link:symlink']);
    });

    it('never come from outside', async () => {
      const sandbox = await acquire();
      await run(
        sandbox,
        'ln -s / /tmp/root; ln -s /proc/1/root /tmp/proc; mkfifo /tmp/fifo; ln -s ../../../../../etc/hostname /tmp/up',
      );
      const outside = '/tmp/root/../../../../proc/1/environ';
      await expect(sandbox.getFile('/tmp/root/proc/1/environ')).rejects.toMatchObject({
        name: 'SandboxError',
      });
      await expect(sandbox.getFile(outside)).rejects.toMatchObject({ code: 'path_refused' });
      // A container that is the sandbox as a whole has a procfs, whose links lead to its own root.
      if (layers) {
        const link = sandbox.getFile('/tmp/proc/etc/hostname');
        await expect(link).rejects.toMatchObject({ name: 'SandboxError' });
      }
      await expect(sandbox.getFile('/tmp/fifo')).rejects.toMatchObject({ code: 'path_refused' });
      await expect(sandbox.getFile('/tmp')).rejects.toMatchObject({ code: 'path_refused' });
      await expect(sandbox.getFile('/nowhere')).rejects.toMatchObject({ code: 'path_not_found' });
      await run(sandbox, 'head -c 5000 /dev/zero > /tmp/big');
      await expect(sandbox.getFile('/tmp/big', 4096)).rejects.toMatchObject({ code: 'file_too_large' });
    });
  });

  describe('the diff', () => {
    it('names what was added, modified, deleted, and changed in type or mode since the mark', async () => {
      const sandbox = await acquire();
      await sandbox.putFiles([
        { path: '/work/same', type: 'file', content: 'same' },
        { path: '/work/edit', type: 'file', content: 'old' },
        { path: '/work/drop', type: 'file', content: 'x' },
        { path: '/work/mode', type: 'file', content: 'x' },
        { path: '/work/kind', type: 'file', content: 'x' },
      ]);
      await sandbox.mark();
      expect(await sandbox.diff()).toEqual({ changes: [], exceeded: null });
      await run(
        sandbox,
        'cd /work; echo new > edit; rm drop; chmod 755 mode; rm kind; mkdir kind; echo a > add; touch same; cat same > t; rm t',
      );
      const { changes } = await sandbox.diff();
      expect(changes.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
        'added /work/add',
        'deleted /work/drop',
        'modified /work/edit',
        'type_changed /work/kind',
        'mode_changed /work/mode',
      ]);
      expect(changes[0]).toMatchObject({ type: 'file', size: 2, mode: 0o644 });
      expect(changes[0]?.sha256).toMatch(/^87428fc522803d31065e7bce3cf03fe4/);
    });

    it('tells owners, and sees them change', async () => {
      const sandbox = await acquire();
      await sandbox.putFiles([{ path: '/work/a', type: 'file', content: 'a' }]);
      await sandbox.mark();
      // One user alone may be all that there is.
      await run(sandbox, 'cd /work; chown 1:2 a; mkdir d; chown 3 d; : > stays');
      const owners = (await output(sandbox, 'stat -c "%n %u %g" /work/*')).trim().split('\n');
      const { changes } = await sandbox.diff();
      const told = changes.map(({ path, uid, gid }) => `${path} ${uid} ${gid}`);
      expect(told).toEqual(owners[0] === '/work/a 0 0' ? owners.slice(1) : owners);
    });

    it('tells files of different contents apart wherever they differ', async () => {
      const sandbox = await acquire();
      const write = (at: string) =>
        `head -c 12M /dev/zero > /work; printf ${at} | dd of=/work bs=1 seek=9M conv=notrunc 2>/dev/null`;
      const digests: (string | null | undefined)[] = [];
      for (const text of ['RIGHT', 'WRONG', 'RIGHT']) {
        await run(sandbox, write(text));
        digests.push((await sandbox.diff()).changes[0]?.sha256);
      }
      expect(digests[0]).not.toBe(digests[1]);
      expect(digests[0]).toBe(digests[2]);
    });

    itUnless(
      unlessOrdinary(kind, 'programs that it may replace'),
      'sees changes to the image itself, and no change where there is none',
      async () => {
        const sandbox = await acquire();
        await run(
          sandbox,
          'cp /bin/true /bin/ls; rm /etc/passwd; chmod 700 /etc/group && chmod 644 /etc/group; cat /etc/shadow; echo x >> /etc/shells; sed -i "$ d" /etc/shells',
        );
        const changes = (await sandbox.diff()).changes.map(({ path, kind }) => `${kind} ${path}`);
        expect(changes).toEqual(['deleted /etc/passwd', 'modified /usr/bin/ls']);
      },
    );
  });
}
