import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../docker/sandbox.ts';
import { onEveryEngine, type SecurityBench } from './bench.ts';

const Errors = z.record(z.string(), z.union([z.string(), z.number()]));

/** Docker's default set less MKNOD, AUDIT_WRITE, SETPCAP and SETFCAP, as bits. */
const AGENT_CAPABILITIES = '00000000000424fb';

const Status = z.record(z.string(), z.string());
const Surroundings = z.object({
  status: z.object({ self: Status, 1: Status }),
  mounts: z.array(
    z.object({ root: z.string(), at: z.string(), options: z.array(z.string()), type: z.string() }),
  ),
  writableBelowProc: z.array(z.string()),
  writes: Errors,
  sys: z.array(z.string()),
  devices: Errors,
  overlayAttributes: Errors,
  hidden: z.record(z.string(), z.boolean()),
  dockerSocket: z.array(z.string()),
  rootsOfOthers: z.array(z.boolean()),
  controlSockets: Errors,
  rootAfterChroot: z.boolean(),
});

await onEveryEngine('a way out of the sandbox', (bench) => {
  const { acquire, next, run, output, answers, probe } = bench;

  it('by system calls of namespaces, mounts, modules, keys and tracing is refused', async () => {
    const sandbox = await acquire();
    const { refused, clone3 } = z
      .object({ refused: Errors, clone3: z.string() })
      .parse(await probe(sandbox, 'syscalls.py'));
    expect(Object.keys(refused).length).toBeGreaterThan(60);
    expect(Object.entries(refused).filter(([, answer]) => answer !== 'EPERM')).toEqual([]);
    // libc then takes `clone`, whose flags the filter sees.
    expect(clone3).toBe('ENOSYS');
    expect(await probe(sandbox, 'foreign_calls.py')).toEqual({ signal: expect.toBeOneOf([31, 11]) });
    expect(await output(sandbox, 'hostname; cat /proc/sys/kernel/hostname')).toBe('stepwell\nstepwell\n');
  });

  it('by what surrounds it is closed', async () => {
    const sandbox = await acquire();
    const found = Surroundings.parse(await probe(sandbox, 'surroundings.py'));

    const { self, 1: first } = found.status;
    for (const set of ['CapPrm', 'CapEff', 'CapInh', 'CapAmb', 'CapBnd']) {
      expect([set, self[set]]).toEqual([set, AGENT_CAPABILITIES]);
    }
    // Whoever traces the first process of the namespace gains nothing: it has no other rights, and the same filter.
    expect(BigInt(`0x${first.CapPrm}`) & ~BigInt(`0x${AGENT_CAPABILITIES}`)).toBe(0n);
    for (const status of [self, first]) expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' });

    // Single device nodes come from wherever the host keeps them.
    const node = /^\/dev\/(null|zero|full|random|urandom|tty)$/;
    for (const { root, at } of found.mounts.filter(({ at }) => node.test(at))) expect(at).toBe(`/dev${root}`);
    const covers = found.mounts.filter(({ root }) => root === '/null').map(({ at }) => at);
    const whole = found.mounts.filter(({ at }) => !node.test(at) && !covers.includes(at));
    expect([...new Set(whole.map(({ type }) => type))].sort()).toEqual([
      'devpts',
      'overlay',
      'proc',
      'tmpfs',
    ]);
    for (const { type, at, options } of found.mounts) {
      expect(options).toContain('nosuid');
      if (type === 'proc' && at !== '/proc')
        expect([at, options]).toEqual([at, expect.arrayContaining(['ro'])]);
      if (type === 'overlay') expect(options).toContain('nodev');
    }
    expect(found.mounts.filter(({ at }) => at.startsWith('/opt') || at.startsWith('/sys'))).toEqual([]);

    expect(found.sys).toEqual([]);
    expect(found.writableBelowProc).toEqual([]);
    for (const [path, answer] of Object.entries(found.writes)) {
      expect([path, answer]).toEqual([path, expect.toBeOneOf(['EROFS', 'EPERM', 'EACCES', 'ENOENT', 'EIO'])]);
    }
    expect(found.writes['/proc/sys/kernel/core_pattern']).toBe('EROFS');
    expect(found.writes['/proc/1/oom_score_adj']).toBe('EROFS');

    expect(found.devices).toEqual({
      mem: 'EPERM',
      console: 'EPERM',
      fuse: 'EPERM',
      disk: 'EPERM',
      whiteout: 'EPERM',
      'in /dev': 'EROFS',
    });
    expect(Object.values(found.overlayAttributes)).not.toContain('done');
    expect(Object.values(found.hidden)).not.toContain(true);
    expect(found.dockerSocket).toEqual([]);
    expect(found.rootsOfOthers).not.toContain(false);
    expect(found.rootAfterChroot).toBe(true);
    for (const answer of Object.values(found.controlSockets)) expect(answer).not.toBe('done');
  });

  it('by other processes finds none but its own', async () => {
    const sandbox = await acquire();
    const found = z
      .object({
        commands: z.record(z.string(), z.string()),
        killFirst: z.tuple([z.string(), z.boolean()]),
        unknown: z.array(z.string()),
        session: z.array(z.boolean()),
      })
      .parse(await probe(sandbox, 'outsiders.py'));
    for (const command of Object.values(found.commands))
      expect(command).toMatch(/^(\/usr\/bin\/bwrap|\/bin\/bash|python3)( |$)/);
    expect(Object.values(found.commands).join()).not.toMatch(/runner|stepwell/);
    expect(found.unknown).toEqual(['ESRCH']);
    expect(found.killFirst[1]).toBe(true);
    expect(found.session).toEqual([true, true]);
    await answers(sandbox);
    await run(sandbox, 'kill -9 -1; kill -STOP 1; kill -9 1');
    await answers(sandbox);
    // The runner has lived through all of it.
    await next(sandbox);
  });

  it('by inherited descriptors finds only its own ends', async () => {
    const sandbox = await acquire();
    const code = 'for p in 1 $$; do for f in /proc/$p/fd/*; do readlink $f; done; done 2>/dev/null | sort -u';
    const kinds = (await output(sandbox, code))
      .trim()
      .split('\n')
      .map((name) => name.replace(/\d+/g, 'N'));
    const expected = ['/dev/null', '/memfd:code (deleted)', 'anon_inode:[eventfd]', 'pipe:[N]', 'socket:[N]'];
    expect(expected).toEqual(expect.arrayContaining([...new Set(kinds)]));
    const forged =
      "for f in $(find /proc/$$/fd -lname 'socket:*'); do printf '2 0 /forged\\0' > $f; echo tried; done; tty; : < /dev/tty";
    const result = await run(sandbox, forged);
    expect(result.output.toString()).toMatch(
      /^(.*No such device or address\ntried\n)+not a tty\n.*No such device or address\n$/,
    );
    expect(result.cwd).toBe('/');
  });

  it('by setuid programs and file capabilities gains nothing', async () => {
    const sandbox = await acquire();
    const found = await output(
      sandbox,
      'cp /usr/bin/python3 /tmp/rooted && chown 0:0 /tmp/rooted && chmod 6755 /tmp/rooted; ' +
        'cat > /tmp/try.py <<"X"\nimport os\npid = os.fork()\nif pid == 0:\n  os.setgid(65534); os.setuid(65534)\n' +
        '  os.execv("/tmp/rooted", ["rooted", "-c", "import os; print(os.geteuid(), os.getegid()); ' +
        "print(open('/proc/self/status').read().split('CapEff:')[1].split()[0])\"])\nos.waitpid(pid, 0)\nX\n" +
        'python3 /tmp/try.py',
    );
    expect(found).toBe('65534 65534\n0000000000000000\n');
  });

  it('by the network meets nothing but its own loopback', async () => {
    const sandbox = await acquire();
    const found = z
      .object({
        interfaces: z.array(z.string()),
        routes: z.array(z.string()),
        loopback: z.string(),
        tcp: Errors,
        udp: Errors,
        packets: Errors,
        changes: Errors,
        route: z.tuple([z.number(), z.string()]),
        listeners: z.array(z.string()),
      })
      .parse(await probe(sandbox, 'network.py'));
    // The interface that every new network namespace has may have companions that lead nowhere (sit0, tunl0).
    expect(found.interfaces).toContain('lo');
    expect(found.interfaces.filter((name) => /^(eth|en|wl|docker|br|veth)/.test(name))).toEqual([]);
    expect(found.routes).toEqual([]);
    expect(found.loopback).toBe('done');
    for (const answers of [found.tcp, found.udp])
      expect(new Set(Object.values(answers))).toEqual(new Set(['ENETUNREACH']));
    expect(new Set(Object.values(found.packets))).toEqual(new Set(['ENODEV']));
    expect(new Set(Object.values(found.changes))).toEqual(new Set(['EPERM']));
    expect(found.route).toEqual([2, 'EPERM']);
    expect(found.listeners).toEqual([]);
  });

  describe('through paths that the server reads or writes for it', () => {
    pathAttempts(bench);
  });
});

/** Links that lead out for whoever follows them outside of the sandbox's root. */
const LINKS = {
  '/tmp/top': '/',
  '/tmp/up': '../../../../../../../../../..',
  '/tmp/proc': '/proc/1/root',
  '/tmp/self': '/proc/self/root',
  '/tmp/cwd': '/proc/self/cwd',
  '/tmp/scratch': '/opt/stepwell/scratch',
  '/tmp/runner': '/opt/stepwell/runner',
  '/tmp/relative/deep/link': '../../../../../opt/stepwell',
};

/** Where a link could be wrongly taken to, and a file that only the runner's view has. */
const OUTSIDE = [
  '/opt/stepwell/runner/__main__.py',
  '/runner/__main__.py',
  '/__main__.py',
  '/1/upper0',
  '/mask',
];

function pathAttempts({ acquire, run, output }: SecurityBench): void {
  async function prepared(): Promise<Sandbox> {
    const sandbox = await acquire();
    const links = Object.entries(LINKS).map(([path, target]) =>
      `mkdir -p \${p%/*}; ln -s ${target} $p`
        .replaceAll('$p', path)
        .replaceAll(`\${p%/*}`, path.replace(/\/[^/]*$/, '')),
    );
    await run(sandbox, links.join('\n'));
    return sandbox;
  }

  it('nothing is read', async () => {
    const sandbox = await prepared();
    for (const link of Object.keys(LINKS)) {
      for (const file of OUTSIDE) {
        await expect(sandbox.getFile(link + file), link + file).rejects.toMatchObject({
          name: 'SandboxError',
        });
      }
      const listed = await sandbox.listFiles(link).catch(() => []);
      expect(
        listed.filter(({ name }) => ['runner', 'scratch', 'control', '__main__.py'].includes(name)),
      ).toEqual([]);
    }
    for (const path of ['/../etc/hostname', '/tmp/../../etc/hostname', 'etc/hostname', '', '/tmp/\0x']) {
      await expect(sandbox.getFile(path)).rejects.toMatchObject({ code: 'path_refused' });
      await expect(sandbox.listFiles(path)).rejects.toMatchObject({ code: 'path_refused' });
    }
    // Links inside lead where they lead for the agent.
    await run(sandbox, 'echo own > /etc/own');
    expect((await sandbox.getFile('/tmp/top/etc/own')).toString()).toBe('own\n');
    expect((await sandbox.getFile('/tmp/up/etc/own')).toString()).toBe('own\n');
  });

  it('nothing is written, neither through links nor into what waits for a writer', async () => {
    const sandbox = await prepared();
    for (const link of Object.keys(LINKS)) {
      const path = `${link}/forged`;
      await sandbox.putFiles([{ path, type: 'file', content: 'forged' }]).catch(() => {});
    }
    await expect(
      sandbox.putFiles([{ path: '/tmp/../../forged', type: 'file', content: 'forged' }]),
    ).rejects.toMatchObject({ code: 'path_refused' });
    await run(sandbox, 'mkfifo /tmp/fifo; ln /etc/hostname /tmp/hard; ln -s /etc/hostname /tmp/soft');
    await sandbox.putFiles(
      ['fifo', 'hard', 'soft'].map((name) => ({ path: `/tmp/${name}`, type: 'file', content: 'mine' })),
    );
    expect(await output(sandbox, 'cat /tmp/fifo /tmp/hard /tmp/soft; cat /etc/hostname')).toMatch(
      /^minemineminestepwell|^mineminemine[0-9a-f]+\n/,
    );
    // What was written lies in this layer: it is gone with it, and the pristine image never saw it.
    const seen = await sandbox.inspect({
      argv: ['find', '/', '-xdev', '-name', 'forged', '-not', '-path', '/mnt/*'],
      timeoutMs: 10_000,
      maxOutputBytes: 65_536,
    });
    expect(seen.output.toString()).toBe('');
  });

  it('the difference and the inspection stay inside', async () => {
    const sandbox = await prepared();
    await run(
      sandbox,
      'rm -rf /srv; ln -s /opt/stepwell/runner /srv; mkdir /work; ln -s /etc/shadow /work/link',
    );
    const changes = await sandbox.diff();
    expect(changes.find(({ path }) => path === '/srv')).toMatchObject({
      kind: 'type_changed',
      type: 'symlink',
    });
    expect(changes.filter(({ path }) => path.startsWith('/srv/') || path.startsWith('/opt'))).toEqual([]);
    const inspect = async (argv: string[], cwd = '/') =>
      (await sandbox.inspect({ argv, cwd, timeoutMs: 10_000, maxOutputBytes: 65_536 })).output.toString();
    for (const cwd of [
      '/../../opt/stepwell',
      '/srv',
      '/tmp/top',
      '/work/link',
      '/tmp/relative/deep/link',
      '/nowhere',
    ]) {
      await expect(inspect(['pwd'], cwd)).rejects.toMatchObject({ code: 'path_refused' });
    }
    expect(await inspect(['pwd'], '/tmp/./relative//deep')).toBe('/mnt/tmp/relative/deep\n');
    expect(
      await inspect(['sh', '-c', 'kill -0 1; ls /opt/stepwell/scratch; cat /proc/net/route | wc -l']),
    ).not.toContain('upper');
  });
}
