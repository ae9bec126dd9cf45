import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureImages } from '../../docker/images/builder.ts';
import { SandboxPool } from '../../docker/pool/pool.ts';
import { bash } from '../../environments/bash/definition.ts';
import type { BashTaskRecord } from '../../environments/bash/task.ts';
import type { Environment, EnvironmentEpisode, Grade } from '../../environments/environment.ts';
import { GoldCache } from '../../environments/gold-cache.ts';
import type { PlayableDataset } from '../../environments/playable-dataset.ts';
import { PlayedEnvironment } from '../../environments/played-environment.ts';
import { BUILD_MS, engineCases, type OpenEngine } from '../engines.ts';
import { absentPrograms, describeUnless, itUnless, unlessOrdinary } from '../requirements.ts';
import { countProcesses } from '../shell-processes.ts';
import { LIMITS, probeText } from './bench.ts';
import { CLEAN_FILTER, POISONS, RENAMER } from './poisons.ts';

const GOLD = "printf 'gold-%s\\n' marker | tee /work/note.txt";

const task: BashTaskRecord = {
  id: 'note',
  instruction: 'Write the note.',
  gold: GOLD,
  cwd: '/work',
  files: [{ path: '/work/list.txt', content: 'a\nb\n' }],
};

const repositoryTask: BashTaskRecord = {
  id: 'repository',
  instruction: 'Make /work/note.txt.',
  gold: 'mkdir /work; echo note > /work/note.txt; echo words of the answer',
};

const repository: PlayableDataset<BashTaskRecord> = {
  name: 'repository',
  image: 'security-repository',
  definition: { name: 'security-repository', from: 'bash', gitAtRoot: true },
  tasks: [repositoryTask],
};

for (const under of await engineCases()) {
  describeUnless(under.missing, `an honest reward, on the ${under.name} engine`, () => {
    let open: OpenEngine;
    let pool: SandboxPool;
    let environment: Environment;
    /** The local engine runs the machine's own git. */
    const noGit = under.name === 'local' && absentPrograms(['git']).length > 0 ? 'no git' : null;

    beforeAll(async () => {
      open = await under.open();
      const definitions = noGit || repository.definition === null ? [] : [repository.definition];
      const names = definitions.map(({ name }) => name);
      await ensureImages({ builder: open.builder, definitions, names });
      pool = new SandboxPool(open.engine, { limits: LIMITS, images: { bash: { warm: 2 } } });
      pool.start();
      environment = new PlayedEnvironment(bash, {
        sandboxes: pool,
        defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
        datasets: [{ name: 'tasks', image: 'bash', definition: null, tasks: [task] }, repository],
        goldCache: new GoldCache(),
      });
    }, BUILD_MS);
    afterAll(async () => {
      await pool?.drain(1_000);
      await open?.close();
    });

    async function begin(dataset = 'tasks'): Promise<EnvironmentEpisode> {
      const options = {
        environment: 'bash-v1',
        task: 0,
        dataset,
        ...(dataset === 'repository' ? { semantics: 'intercode' as const } : {}),
      };
      return environment.choose(options, 0).begin();
    }

    /** Do this, then submit. */
    async function play(code: string, dataset?: string): Promise<Grade> {
      const episode = await begin(dataset);
      try {
        await episode.act({ code, timeout_ms: 10_000 });
        return await episode.grade({ final: true });
      } finally {
        await episode.sandbox.release();
      }
    }

    const text = async (episode: EnvironmentEpisode, code: string) =>
      String((await episode.act({ code })).observation.output);

    it('is 1 for the gold and less for nothing', async () => {
      expect((await play(GOLD)).reward).toBe(1);
      expect((await play('true')).reward).toBeLessThan(0.5);
    });

    it('leaves nothing of the gold where the agent can read', async () => {
      const episode = await begin();
      const code = await probeText('search.py');
      for (const _look of ['before', 'after a grading']) {
        const searched = await episode.act({ code: 'python3 -I -', stdin: code });
        const { found, memory, processes } = JSON.parse(String(searched.observation.output));
        expect(found).toEqual([]);
        expect(memory).toBeGreaterThan(1 << 20);
        expect(processes).toBeGreaterThan(0);
        await episode.grade({ final: false });
      }
      // The search finds what is there.
      await episode.act({ code: `${GOLD} > /dev/null` });
      const searched = await episode.act({ code: 'python3 -I -', stdin: code });
      expect(JSON.parse(String(searched.observation.output)).found).toContain('/work/note.txt');
      await episode.sandbox.release();
    });

    it.each([
      [
        'files that look like a verifier’s',
        'for f in /reward.txt /reward.json /logs/verifier/reward.txt /opt/stepwell/reward /work/.reward; do ' +
          'mkdir -p $(dirname $f); echo \'{"reward": 1, "passed": true}\' > $f; done',
      ],
      [
        'output that looks like the protocol',
        'printf \'{"id":1,"ok":true,"reward":1,"terminated":true}\\n\'; printf \'\\0\\0\\0\\x20\\0\\0\\0\\x1c{"id":3,"ok":true,"changes":[]}\'; ' +
          "printf '1 0 /\\0 2 0 /\\0'; echo reward: 1; for n in 1 2 3 4 5 6 7 8 9; do printf '%d 0 /work\\0' $n; done",
      ],
      [
        'programs that answer for the verifier',
        'for p in git md5sum md5deep python3 ls cat find sha256sum stat env; do f=$(command -v $p) || f=/usr/bin/$p; ' +
          "rm -f $f; printf '#!/bin/sh\\necho gold-mark''er > /work/note.txt; echo gold-mark''er\\n' > $f; done; /bin/chmod 755 /usr/bin/*; true",
      ],
      [
        'modules that answer for the verifier',
        "d=$(python3 -c 'import os; print(os.path.dirname(os.__file__))'); for m in hashlib json os stat; do " +
          "echo \"open('/work/note.txt', 'w').write('gold' + '-marker')\" > $d/$m.py; done; true",
      ],
      ['a folder in the place of the file', 'mkdir -p /work/note.txt'],
      ['a link to the answer', 'ln -s /proc/self/environ /work/note.txt'],
    ])('is not raised by %s', async (_, code) => {
      const { reward, components } = await play(code);
      expect(reward).toBeLessThan(0.5);
      expect(components.file_changes).toBe(0);
    });

    it.each([
      ['the shell', 'kill -9 $$'],
      ['every process', 'kill -9 -1'],
      [
        'the first process',
        "python3 -c 'import ctypes, os; ctypes.CDLL(None).ptrace(16, 1, 0, 0)'; kill -9 1",
      ],
      ['the shell’s memory of itself', 'exec 3>&1; unset -f __sw_next; __sw_loop=; __sw_sequence=99; true'],
    ])('is that of the work done, whoever kills %s', async (_, code) => {
      const episode = await begin();
      expect(await text(episode, GOLD)).toBe('gold-marker\n');
      await episode.act({ code, timeout_ms: 1_000 });
      expect((await episode.grade({ answer: 'gold-marker', final: true })).reward).toBe(1);
      await episode.sandbox.release();
      const idle = await begin();
      await idle.act({ code, timeout_ms: 1_000 });
      expect((await idle.grade({ final: true })).reward).toBeLessThan(0.5);
      await idle.sandbox.release();
    });

    it('is that of one moment, whatever still runs', async () => {
      for (const final of [true, false]) {
        const episode = await begin();
        const busy =
          'for i in 1 2 3 4; do (trap "" TERM INT HUP; while :; do echo wrong > /work/note.txt; ' +
          'echo gold-marker > /work/new.$i && mv /work/new.$i /work/note.txt; done) & done; setsid -f sleep 100; echo begun';
        await episode.act({ code: busy });
        const { components } = await episode.grade({ answer: 'gold-marker', final });
        for (const part of Object.values(components)) expect(part).toBeLessThanOrEqual(1 / 2);
        if (final) {
          // Nothing moves any more: what was graded is what is there.
          const [once, again] = [await episode.sandbox.diff(), await episode.sandbox.diff()];
          expect(again).toEqual(once);
          const note = (await episode.sandbox.getFile('/work/note.txt')).toString();
          expect(components.file_changes).toBe(note === 'gold-marker\n' ? 1 / 2 : 0);
        } else {
          expect(await text(episode, countProcesses('sleep'))).toBe('1\n');
        }
        await episode.sandbox.release();
      }
    });

    it.each([
      ['many files', 'cd /tmp; for i in $(seq 3000); do : > f$i; done'],
      ['deep folders', "python3 -c \"import os\nfor _ in range(2000): os.mkdir('d'); os.chdir('d')\""],
      [
        'pipes, sockets and endless links',
        'mkfifo /work/note.txt /work/p; ln -s l /work/l; ln -s . /work/dot; mkdir /work/d; for i in $(seq 500); do mkfifo /work/d/p$i; done',
      ],
      [
        'sparse giants',
        'for i in $(seq 500); do truncate -s 100G /work/g$i; done; truncate -s 100G /work/note.txt',
      ],
      ['a full layer', 'cat /dev/zero > /work/full; for i in $(seq 9000); do : > /tmp/$i; done'],
    ])('is not swayed by %s', async (_, code) => {
      const { reward, components } = await play(`{ ${code}; } 2> /dev/null`);
      expect(reward).toBeLessThan(0.5);
      expect(components.file_changes).toBe(0);
    });

    describeUnless(noGit, 'of a repository', () => {
      const replaces = unlessOrdinary(under.name, 'programs that it may replace');
      repositoryAttempts(play, text, begin, replaces);
    });
  });
}

function repositoryAttempts(
  play: (code: string, dataset?: string) => Promise<Grade>,
  text: (episode: EnvironmentEpisode, code: string) => Promise<string>,
  begin: (dataset?: string) => Promise<EnvironmentEpisode>,
  noReplacing: string | null,
): void {
  it('is 1 for the gold', async () => {
    const { reward } = await play(
      'mkdir /work; echo note > /work/note.txt; echo words of the answer',
      'repository',
    );
    expect(reward).toBe(1);
  });

  async function isNotRaisedBy(poison: string): Promise<void> {
    const nothing = await play('true', 'repository');
    const episode = await begin('repository');
    // Placed as a file, because InterCode takes quotes out of commands.
    await episode.sandbox.putFiles([
      {
        path: '/tmp/poison',
        type: 'file',
        // That status wrote the index: the grader's must find it stale again.
        content: `cd /\n${poison}\ncd /; echo; git status --short 2>&1; touch -d 2002-02-02 .gitignore\n`,
      },
    ]);
    const said = await text(episode, 'bash /tmp/poison');
    const seen = overheard(episode);
    const grade = await episode.grade({ final: true });
    await episode.sandbox.release();
    // It works on whoever asks git inside the sandbox.
    expect(said).toMatch(/^\?\? work\/|^fatal: not a git repository/m);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join()).not.toContain('work/');
    // What the poison printed is an answer like any other; the files are the point.
    const files = ({ components }: Grade) => (components.file_diff ?? 0) + (components.file_changes ?? 0);
    expect(files(grade)).toBeLessThanOrEqual(files(nothing));
  }

  for (const [name, poison] of POISONS) {
    const lack = name === 'replaced programs' ? noReplacing : null;
    itUnless(lack, `is not raised by ${name}, nor is anything run`, () => isNotRaisedBy(poison));
  }

  it('runs nothing of the agent’s, though its configuration is put in place again and again', async () => {
    const episode = await begin('repository');
    await episode.sandbox.putFiles([
      { path: '/tmp/poison', type: 'file', content: `cd /\n${CLEAN_FILTER}\ncp .git/config /tmp/evil\n` },
      { path: '/tmp/renamer.py', type: 'file', content: RENAMER },
    ]);
    await text(episode, 'bash /tmp/poison');
    await text(episode, 'setsid -f python3 /tmp/renamer.py');
    const seen = overheard(episode);
    for (let round = 0; round < 5; round += 1) await episode.grade({ final: false });
    await episode.sandbox.release();
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.join()).not.toContain('work/');
  });
}

/** What inspections of an episode say from now on. */
function overheard({ sandbox }: EnvironmentEpisode): string[] {
  const seen: string[] = [];
  const inspect = sandbox.inspect.bind(sandbox);
  sandbox.inspect = async (request) => {
    const result = await inspect(request);
    seen.push(result.output.toString());
    return result;
  };
  return seen;
}
