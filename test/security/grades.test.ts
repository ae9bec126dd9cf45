import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerImageBuilder } from '../../docker/engines/docker/image-builder.ts';
import { ensureImages } from '../../docker/images/builder.ts';
import { SandboxPool } from '../../docker/pool/pool.ts';
import { bash } from '../../environments/bash/definition.ts';
import type { BashTaskRecord } from '../../environments/bash/task.ts';
import type { Environment, EnvironmentEpisode } from '../../environments/environment.ts';
import { GoldCache } from '../../environments/gold-cache.ts';
import type { PlayableDataset } from '../../environments/playable-dataset.ts';
import { PlayedEnvironment } from '../../environments/played-environment.ts';
import type { ActionObject } from '../../protocol/action.ts';
import { type Turn, takeTurn } from '../../server/episode/turn.ts';
import { BUILD_MS, type EngineCase, engineCases, type OpenEngine } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

/** What an agent may leave before a grade: a legal state, which is not the gold's. */
interface State {
  readonly title: string;
  readonly code: string;
  /** There is more of it than a grade looks at, so that nothing of it agrees. */
  readonly exceeds?: true;
}

const python = (code: string) => `python3 -c "import os, time\n${code}"`;

const STATES: readonly State[] = [
  {
    title: 'eight thousand paths of 3.7 KB, none of them text',
    code: python(
      "os.chdir('/var')\nfor _ in range(14): os.mkdir(b'\\xff' * 250); os.chdir(b'\\xff' * 250)\nfor n in range(8000): open(b'%0200d' % n, 'w')",
    ),
    exceeds: true,
  },
  {
    title: 'thirty thousand long names',
    code: python("for n in range(30000): open('/%0240d' % n, 'w')"),
    exceeds: true,
  },
  {
    title: 'more extended attributes than a list of them holds',
    code: `mkdir /work; echo other > /work/note.txt; ${python("for path in ('/', '/work', '/work/note.txt'):\n  for n in range(400): os.setxattr(path, 'user.%0240d' % n, b'')")}`,
  },
  { title: 'a tree without its largest folder', code: 'rm -rf /usr/share' },
  {
    title: 'folders as deep as there are inodes, with names as long as they may be',
    code: python("while True: os.mkdir('n' * 250); os.chdir('n' * 250)"),
    exceeds: true,
  },
  {
    title: 'sparse files of a terabyte',
    code: `mkdir /work; ${python("for n in range(3000): open('/work/%d' % n, 'wb').truncate(1 << 40)")}; truncate -s 1T /work/note.txt`,
  },
  {
    title: 'pipes wherever a file is looked for',
    code: 'mkdir /work; mkfifo /work/note.txt /work/p /note; ln -s /note /link',
  },
  {
    title: 'links that fan out',
    code: `mkdir /work; ${python("for n in range(60):\n  os.mkdir('/work/f%d' % n)\n  for name in 'ab': os.symlink('/work/f%d' % (n + 1), '/work/f%d/%s' % (n, name))")}; echo note > /work/note.txt`,
  },
  {
    title: 'links in a circle, and to everything',
    code: 'mkdir /work; ln -s . /work/dot; ln -s / /work/root; ln -s /work/x /work/x; ln -s /proc/self/fd /work/fd',
  },
  {
    title: 'names that are no text',
    code: "mkdir /work; cd /work; for d in / /work; do cd $d; touch $'\\xff\\xfe' $'a\\nb' 'a b' \"it's\" 'q\"q' $'\\t' '-n' '\\'; : > \"$(printf %0255d 0)\"; done",
  },
  {
    title: 'a full layer',
    code: `cat /dev/zero > /tmp/full; ${python("for n in range(40000): open('/tmp/%d' % n, 'w')")}`,
  },
  {
    title: 'files that are written while they are read',
    code: 'mkdir /work; for i in 1 2 3; do (trap "" TERM INT; while :; do echo $i > /work/n$i; mv /work/n$i /work/note.txt; mkdir -p /work/a$i/b; mv /work/a$i/b /work/b$i; rm -rf /work/a$i /work/b$i; done) & done',
  },
  {
    title: 'as many processes as it may have',
    code: python('for _ in range(400):\n  if os.fork() == 0: time.sleep(1000)'),
  },
  {
    title: 'processes that are stopped or traced',
    code: 'sleep 1000 & kill -STOP $!; (kill -STOP $BASHPID) & sleep 0.1',
  },
  {
    title: 'most of its memory in use',
    code: `${python("x = bytearray(300 << 20)\nopen('/tmp/filled', 'w')\ntime.sleep(1000)")} & until [ -e /tmp/filled ]; do :; done`,
  },
  { title: 'no shell', code: 'rm -f /bin/bash /bin/sh /usr/bin/env; kill -9 $$' },
  { title: 'another shell', code: 'cp /bin/true /bin/bash; kill -9 $$' },
  { title: 'a shell that never comes up', code: "printf '#!/bin/sleep 1000\\n' > /bin/bash; kill -9 $$" },
  { title: 'nothing of the system', code: 'rm -rf --no-preserve-root /' },
  { title: 'a broken repository', code: 'rm -rf /.git; ln -s / /.git; mkdir /work; git init -q /work' },
  {
    title: 'patterns that take too long to match',
    code: `printf '*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\\n' > /.gitignore; ${python("for n in range(300): open('/' + 'a' * 240 + '%03d' % n, 'w')")}`,
  },
  {
    title: 'locks and leases on what is read',
    code: `mkdir /work; echo x > /work/note.txt; touch /.git/index.lock; ${python("import fcntl, signal\nsignal.signal(signal.SIGIO, signal.SIG_IGN)\nf = os.open('/work/note.txt', os.O_WRONLY)\ntry: fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK)\nexcept OSError: pass\nfcntl.flock(f, fcntl.LOCK_EX)\nopen('/tmp/held', 'w')\ntime.sleep(1000)")} & for i in $(seq 100); do [ -e /tmp/held ] && break; sleep 0.05; done`,
  },
  {
    title: 'one file by thirty thousand names',
    code: python("open('/f', 'w')\nfor n in range(30000): os.link('/f', '/f%d' % n)"),
  },
  {
    title: 'nothing that its owner may enter or read',
    code: 'mkdir -p /work/a; echo x > /work/note.txt; chmod -R 0 /work /home /.git; chmod 0 /',
  },
  {
    title: 'an index that is none',
    code: 'head -c 20M /dev/zero > /.git/index; truncate -s 1T /.git/packed-refs; mkfifo /.gitignore',
  },
];

const GOLD = 'mkdir /work; echo note > /work/note.txt; echo words of the answer';
const native: BashTaskRecord = { id: 'note', instruction: 'Make /work/note.txt.', gold: GOLD };
const REPOSITORY = { name: 'security-repository', from: 'bash', gitAtRoot: true };

const datasets: readonly [PlayableDataset<BashTaskRecord>, PlayableDataset<BashTaskRecord>] = [
  { name: 'plain', image: 'bash', definition: null, checked: true, tasks: [native] },
  { name: 'repository', image: REPOSITORY.name, definition: REPOSITORY, checked: true, tasks: [native] },
];

for (const under of await engineCases()) {
  describeUnless(under.missing, `a grade, whatever the agent left, on the ${under.name} engine`, () => {
    gradesOn(under);
  });
}

function gradesOn(under: EngineCase): void {
  let open: OpenEngine;
  let pool: SandboxPool;
  let environment: Environment;

  beforeAll(async () => {
    open = await under.open();
    if (under.name === 'docker') {
      const builder = new DockerImageBuilder(new Docker());
      await ensureImages({ builder, definitions: [REPOSITORY], names: [REPOSITORY.name] });
    }
    pool = new SandboxPool(open.engine, { images: { bash: { warm: 1 } } });
    pool.start();
    environment = new PlayedEnvironment(bash, {
      sandboxes: pool,
      defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
      datasets: [...datasets],
      goldCache: new GoldCache(),
    });
  }, BUILD_MS);
  afterAll(async () => {
    await pool?.drain(1_000);
    await open?.close();
  });

  // The local engine has no image with a repository at hand.
  const plays = [
    ['native', 'plain'],
    ['intercode', under.name === 'docker' ? 'repository' : 'plain'],
  ] as const;

  describe.each(plays)('by %s semantics in the dataset %s', (semantics, dataset) => {
    const turn = (episode: EnvironmentEpisode, action: ActionObject) =>
      takeTurn(episode, action, { mode: 'on_submit' });

    async function begin(): Promise<EnvironmentEpisode> {
      const options = { dataset, semantics, task: 0 };
      return environment.choose(options, 0).begin();
    }

    /** Do something, look at the grade, and submit, each of which must be graded. */
    async function play(
      code: string | null,
    ): Promise<readonly [acted: Turn | null, between: Turn, end: Turn]> {
      const episode = await begin();
      try {
        let acted: Turn | null = null;
        if (code !== null) {
          // Placed as a file, because InterCode takes quotes out of commands.
          const content = `{ ${code}\n} 2> /dev/null\n`;
          await episode.sandbox.putFiles([{ path: '/opt/state', type: 'file', content }]);
          acted = await turn(episode, {
            code: semantics === 'native' ? '. /opt/state' : 'bash /opt/state',
            timeout_ms: 15_000,
          });
        }
        const between = await turn(episode, { evaluate: true });
        const after = await turn(episode, { code: 'echo still there' });
        expect(after.failure).toBeNull();
        return [acted, between, await turn(episode, { submit: true })];
      } finally {
        await episode.sandbox.release();
      }
    }

    let nothing: number;
    beforeAll(async () => {
      const [, , end] = await play(null);
      nothing = end.reward ?? Number.NaN;
    });

    it('is full for the gold', async () => {
      const episode = await begin();
      await turn(episode, { code: GOLD });
      const { reward, info } = await turn(episode, { submit: true });
      expect({ reward, success: info.success }).toEqual({ reward: 1, success: true });
      await episode.sandbox.release();
    });

    it.each(STATES)(
      'is no failure, and far from full: $title',
      async ({ code, exceeds }) => {
        const [acted, between, end] = await play(code);
        expect(acted?.failure).toBeNull();
        // A folder that the gold makes too is a part of what it does.
        const most = exceeds || semantics === 'intercode' ? nothing + 1e-9 : 0.5;
        for (const { failure, reward, info } of [between, end]) {
          expect({ failure, reward }).toEqual({ failure: null, reward: expect.any(Number) });
          expect(info.success).toBe(false);
          expect(reward).toBeLessThanOrEqual(most);
        }
      },
      120_000,
    );
  });
}
