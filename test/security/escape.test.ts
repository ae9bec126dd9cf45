import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../docker/sandbox.ts';
import { itUnless, unlessOrdinary } from '../requirements.ts';
import { onEveryEngine, probeText, type SecurityBench } from './bench.ts';
import { isSurroundedByNothing, meetsNoOutsiders, meetsOnlyLoopback, refusesCalls } from './surroundings.ts';

await onEveryEngine('a way out of the sandbox', (bench) => {
  const { acquire, next, run, output, answers, probe } = bench;
  const replaces = unlessOrdinary(bench.kind, 'programs that it may replace');

  it('by system calls of namespaces, mounts, modules, keys and tracing is refused', async () => {
    const sandbox = await acquire();
    await refusesCalls(bench, sandbox);
    expect(await output(sandbox, 'hostname; cat /proc/sys/kernel/hostname')).toBe('stepwell\nstepwell\n');
  });

  it('by what surrounds it is closed', async () => {
    const sandbox = await acquire();
    isSurroundedByNothing(await probe(sandbox, 'surroundings.py'));
    // Programs beside the session have surroundings of their own.
    const content = await probeText('surroundings.py');
    await sandbox.putFiles([{ path: '/tmp/probe.py', type: 'file', content }]);
    const { output: reported } = await sandbox.exec({
      argv: ['python3', '-I', '/tmp/probe.py'],
      cwd: '/',
      env: { PATH: '/usr/bin' },
      timeoutMs: 10_000,
      maxOutputBytes: 65_536,
    });
    isSurroundedByNothing(JSON.parse(reported.toString()));
  });

  it('by a program that looks at its files gets no right beyond reading them', async () => {
    const sandbox = await acquire();
    const status =
      'grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status; ls /proc/self/fd | wc -l; echo x > /mnt/x';
    const { output: reported } = await sandbox.inspect({
      argv: ['/bin/sh', '-c', `${status} 2>&1`],
      timeoutMs: 10_000,
      maxOutputBytes: 65_536,
    });
    const none = '0000000000000000';
    const reading = '0000000000000002';
    expect(reported.toString().replaceAll('\t', '')).toMatch(
      new RegExp(
        `^CapInh:${reading}\nCapPrm:${reading}\nCapEff:${reading}\nCapBnd:${reading}\nCapAmb:${none}\n` +
          'NoNewPrivs:1\nSeccomp:2\n4\n.*Read-only file system\n$',
      ),
    );
  });

  it('by other processes finds none but its own', async () => {
    const sandbox = await acquire();
    await meetsNoOutsiders(bench, sandbox);
    await answers(sandbox);
    await run(sandbox, 'kill -9 -1; kill -STOP 1; kill -9 1');
    await answers(sandbox);
    // The runner has lived through all of it.
    await next(sandbox);
  });

  itUnless(replaces, 'by what the start of a session would read finds none of its rights', async () => {
    const sandbox = await acquire();
    // Source files for a traceback, in an encoding that only the agent's Python knows, and a folder that is gone.
    await run(
      sandbox,
      'mkdir -p /tmp/gone /opt/stepwell/runner; cd $(python3 -c "import os; print(os.path.dirname(os.__file__))"); ' +
        `echo 'open("/tmp/rights", "w").write(open("/proc/self/status").read())' | tee encodings/evil.py >> linecache.py; ` +
        'for f in shell_process confinement mounts zygote_main; do (echo "# coding: evil"; yes "#" | head -300) > /opt/stepwell/runner/$f.py; done; ' +
        'cd /tmp/gone',
    );
    expect(await run(sandbox, 'rmdir /tmp/gone; exec true')).toMatchObject({
      sessionRestarted: true,
      cwd: '/',
    });
    expect(await output(sandbox, 'rm -f /bin/bash; exec true')).toContain('could not be started again');
    await expect(sandbox.getFile('/tmp/rights')).rejects.toMatchObject({ code: 'path_not_found' });
  });

  itUnless(replaces, 'by a shell of its own that never comes up costs its session alone', async () => {
    const sandbox = await acquire();
    const replace =
      "rm /bin/bash; printf '#!/usr/bin/python3\\nimport time\\ntime.sleep(1000)\\n' > /bin/bash";
    const ended = await run(sandbox, `${replace}; chmod 755 /bin/bash; exec true`, { timeoutMs: 500 });
    expect(ended).toMatchObject({ sessionRestarted: true });
    expect(ended.output.toString()).toContain('could not be started again');
    await answers(await next(sandbox));
  });

  it('by inherited descriptors finds only its own ends', async () => {
    const sandbox = await acquire();
    const code = 'for p in 1 $$; do for f in /proc/$p/fd/*; do readlink $f; done; done 2>/dev/null | sort -u';
    const kinds = (await output(sandbox, code))
      .trim()
      .split('\n')
      .map((name) => name.replace(/\d+/g, 'N'));
    const expected = ['/dev/null', '/memfd:code (deleted)', 'pipe:[N]'];
    expect(expected).toEqual(expect.arrayContaining([...new Set(kinds)]));
    // What is forged counts for the step that forges it, and sways what the agent itself is told of it.
    const forged =
      "for f in $(find /proc/$$/fd -lname 'pipe:*' ! -name 1 ! -name 2); do printf '2 0 /forged\\0' > $f; done; sleep 60; tty";
    await run(sandbox, forged, { timeoutMs: 1_000 });
    await run(sandbox, ':', { timeoutMs: 1_000 });
    const later = await next(sandbox);
    await answers(later);
    expect(await output(later, 'tty; : < /dev/tty')).toMatch(/^not a tty\n.*No such device or address\n$/);
  });

  itUnless(
    unlessOrdinary(bench.kind, 'users beside its own'),
    'by setuid programs and file capabilities gains nothing',
    async () => {
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
    },
  );

  it('by the network meets nothing but its own loopback', async () => {
    const sandbox = await acquire();
    await meetsOnlyLoopback(bench, sandbox);
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
    const { changes } = await sandbox.diff();
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
