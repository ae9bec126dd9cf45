import { expect, it } from 'vitest';
import type { Sandbox } from '../../docker/sandbox.ts';
import { imageOf, makeLayer } from '../stored-images.ts';
import type { ImageBench } from './image-contract.ts';

const LIMITS = { timeoutMs: 10_000, maxOutputBytes: 4_096 };
const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nme:x:1234:1235:Me:/home/me:/bin/none\nother:x:1300:1300::/nonexistent:\n';
const GROUP = 'root:x:0:\nmine:x:1235:\nfriends:x:1400:other,me\nothers:x:1401:other\n';
const STATUS =
  'while read -r k v; do case $k in Uid:|Gid:|Groups:|CapPrm:|CapEff:|CapBnd:|CapAmb:|NoNewPrivs:) echo $k $v;; esac; done < /proc/self/status';
const NO_RIGHTS =
  'CapPrm: 0000000000000000\nCapEff: 0000000000000000\nCapBnd: 0000000000000000\nCapAmb: 0000000000000000\nNoNewPrivs: 1\n';

/** Sessions and programs run as any user of the image, without rights. */
export function userContract({ acquire, run, output, store, layers }: ImageBench): void {
  /** A sandbox of an image with users. An ordinary user's engine has only root. */
  async function ofUsers(): Promise<Sandbox> {
    await makeLayer(store(), 'users', {
      'etc/passwd': PASSWD,
      'etc/group': GROUP,
      'home/me/file': 'x',
      'srv/of-root': 'x',
    });
    return acquire({ ...imageOf('users'), workdir: '/srv' });
  }
  const hasOnlyRoot = ({ engine }: Sandbox) => engine === 'local' && process.getuid?.() !== 0;

  it.runIf(layers)('begins a session as a user, with its groups and home and without rights', async () => {
    const sandbox = await ofUsers();
    if (hasOnlyRoot(sandbox)) {
      await expect(sandbox.become({ user: 'me' })).rejects.toMatchObject({
        code: 'not_supported',
        message: expect.stringContaining('run the server as root'),
      });
      expect(await sandbox.become({ user: 'root' })).toBe('/root');
      return;
    }
    await run(sandbox, 'lost=1');
    expect(await sandbox.become({ user: 'me' })).toBe('/home/me');
    const shown = await output(sandbox, `${STATUS}; echo $HOME $PWD $lost`);
    expect(shown).toBe(
      `Uid: 1234 1234 1234 1234\nGid: 1235 1235 1235 1235\nGroups: 1400\n${NO_RIGHTS}/home/me /srv\n`,
    );
  });

  it.runIf(layers)(
    'lets a user change nothing that is root’s, and shows its changes from outside',
    async () => {
      const sandbox = await ofUsers();
      if (hasOnlyRoot(sandbox)) return;
      await sandbox.putFiles([{ path: '/srv/put', type: 'file', content: 'x' }]);
      await sandbox.become({ user: 'me' });
      for (const path of ['/srv/of-root', '/srv/put', '/etc/passwd', '/new', '/bin/bash', '/dev/new']) {
        expect([path, (await run(sandbox, `: >> ${path}`)).exitCode]).toEqual([path, 1]);
      }
      await run(sandbox, 'echo mine > /tmp/mine; echo shared > /dev/shm/mine');
      expect(await output(sandbox, 'cat < /tmp/mine; echo out > /dev/stdout; echo err > /dev/stderr')).toBe(
        'mine\nout\nerr\n',
      );
      expect((await sandbox.diff()).changes.filter(({ path }) => path === '/tmp/mine')).toMatchObject([
        { kind: 'added', uid: 1234, gid: 1235 },
      ]);
      const inspected = await sandbox.inspect({ ...LIMITS, argv: ['cat', 'tmp/mine'], tools: 'runner' });
      expect(inspected.output.toString()).toBe('mine\n');
    },
  );

  it.runIf(layers)('stays with the user when the session is restarted, stopped and killed', async () => {
    const sandbox = await ofUsers();
    if (hasOnlyRoot(sandbox)) return;
    await sandbox.become({ user: 'me' });
    expect(await run(sandbox, 'exit 3')).toMatchObject({ exitCode: 3, sessionRestarted: true });
    expect(await output(sandbox, 'echo $UID $HOME')).toBe('1234 /home/me\n');
    expect(await run(sandbox, 'while :; do :; done', { timeoutMs: 300 })).toMatchObject({
      timeout: 'deadline',
    });
    await sandbox.quiesce('stop');
    await sandbox.quiesce('resume');
    expect(await output(sandbox, 'echo $UID')).toBe('1234\n');
    expect((await sandbox.snapshot()).reasons).toEqual([
      'a session of another user than root, or with a network of its own',
    ]);
    await sandbox.quiesce('kill');
    expect(await output(sandbox, 'echo $UID')).toBe('1234\n');
  });

  it.runIf(layers)('forgets the user at the next lease', async () => {
    const sandbox = await ofUsers();
    if (!hasOnlyRoot(sandbox)) await sandbox.become({ user: 'me' });
    await sandbox.release();
    const next = await acquire({ ...imageOf('users'), workdir: '/srv' });
    expect(await output(next, 'echo $UID $HOME')).toBe('0 /root\n');
  });

  it.runIf(layers)('runs a program beside the session as another user than it', async () => {
    const sandbox = await ofUsers();
    if (hasOnlyRoot(sandbox)) return;
    await sandbox.become({ user: 'me' });
    const exec = (user?: string) =>
      sandbox.exec({
        ...LIMITS,
        argv: ['-c', 'echo $UID $HOME; echo err > /dev/stderr; : >> /srv/of-root'],
        byShell: true,
        cwd: '/',
        env: {},
        ...(user === undefined ? {} : { user }),
      });
    const [root, other, number] = [await exec(), await exec('other:friends'), await exec('4321')];
    expect([root.exitCode, root.output.toString()]).toEqual([0, '0\nerr\n']);
    expect([other.exitCode, other.output.toString()]).toEqual([
      1,
      expect.stringMatching(/^1300 \/nonexistent\nerr\n.*Permission denied/),
    ]);
    expect([number.exitCode, number.output.toString()]).toEqual([
      1,
      expect.stringMatching(/^4321 \/\nerr\n/),
    ]);
  });

  it.runIf(layers)('looks users up in the untouched image, whatever the agent writes', async () => {
    const sandbox = await ofUsers();
    if (hasOnlyRoot(sandbox)) return;
    await run(sandbox, 'echo "me:x:0:0::/:" > /etc/passwd; echo "mine:x:0:me" > /etc/group');
    await sandbox.become({ user: 'me:mine' });
    expect(await output(sandbox, STATUS)).toMatch(/Uid:\s1234\s.*\nGid:\s1235\s/);
  });

  it.runIf(layers)('refuses users that there are not', async () => {
    const sandbox = await ofUsers();
    for (const user of ['nobody-here', 'me:nobody-here', '', 'a:b:c', '99999999999', 'me:99999999999']) {
      await expect(sandbox.become({ user })).rejects.toMatchObject({
        message: expect.stringContaining('user'),
      });
    }
    expect(await output(sandbox, 'echo $UID')).toBe('0\n');
  });

  it.runIf(!layers)('has no users but root without layers', async () => {
    const sandbox = await acquire();
    await expect(sandbox.become({ user: 'nobody' })).rejects.toMatchObject({ code: 'not_supported' });
  });
}
