import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../environments/dataset-store.ts';
import type { StoredDataset } from '../../../environments/playable-dataset.ts';
import { terminal } from '../../../environments/terminal/definition.ts';
import type { TerminalTask } from '../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, openPool } from '../../engines.ts';
import { describeUnless, itUnless, unlessOrdinary } from '../../requirements.ts';
import { datasetFolders } from '../dataset-folders.ts';
import { playTerminal, terminalOver } from './play.ts';

const TOML = 'schema_version = "1.4"\n[environment]\nworkdir = "/app"\n';
const IS_DONE = 'if [ -e /app/done ]; then echo 1; else echo 0; fi > /logs/verifier/reward.txt\n';

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a verification on the ${engine.name} engine`, () => {
    const folders = datasetFolders();
    let opened: Awaited<ReturnType<typeof openPool>>;
    beforeAll(async () => {
      opened = await openPool(engine, 'bash', 3);
    }, BUILD_MS);
    afterAll(async () => {
      await opened?.close();
    });

    /** The environment with one task `t` of these files. */
    async function withTask(files: Readonly<Record<string, string>>) {
      const all = { 'task.toml': TOML, 'instruction.md': 'Do it.\n', ...files };
      await folders.write(
        Object.fromEntries(Object.entries(all).map(([name, text]) => [`d/t/${name}`, text])),
      );
      const loaded = (await loadDataset('terminal-v1:d', folders.path('d'))) as StoredDataset<TerminalTask>;
      return terminalOver(opened.pool, terminal.served(loaded));
    }
    const played = async (files: Readonly<Record<string, string>>, ...actions: (string | null)[]) =>
      (await playTerminal(await withTask(files), 't', ...actions)).at(-1);

    it('that gives no reward for the untouched image either is a fault of the task', async () => {
      const environment = await withTask({ 'tests/test.sh': 'exit 1\n' });
      await expect(environment.choose({ task: 't' }, 0).begin()).rejects.toMatchObject({
        error: 'task_ungradable',
      });
      const episode = await environment.choose({ task: 't', include_ungradable: true }, 0).begin();
      try {
        expect(await episode.grade({ final: true })).toMatchObject({
          reward: null,
          info: {
            ungraded:
              'The verifier of task t gives no reward, not even for the untouched image: the verifier wrote no reward.',
          },
        });
      } finally {
        await episode.sandbox.release();
      }
    });

    it('that does not give the solution 1, or gives 1 for nothing, shows at the reset', async () => {
      const kindOf = async (files: Readonly<Record<string, string>>) =>
        (await withTask(files))
          .choose({ task: 't' }, 0)
          .begin()
          .catch(({ details }) => details.kind);
      const fails = { 'tests/test.sh': IS_DONE, 'solution/solve.sh': 'touch other\n' };
      expect(await kindOf(fails)).toBe('gold_fails');
      const wins = { 'tests/test.sh': 'echo 1 > /logs/verifier/reward.txt\n' };
      expect(await kindOf(wins)).toBe('no_op_wins');
    });

    it.each([
      ['nothing', 'rm -f /logs/verifier/*', 'the verifier wrote no reward'],
      ['no number', 'echo nan > /logs/verifier/reward.txt', 'reward.txt is not a number'],
      ['a link', 'ln -s /etc/hostname /logs/verifier/reward.txt', 'the verifier wrote no reward'],
      ['no end', 'sleep 600', 'the verifier did not end in time'],
    ])('that the agent makes give %s scores 0', async (_, code, reason) => {
      const tests = `if [ -e /app/break.sh ]; then . /app/break.sh; exit; fi\n${IS_DONE}`;
      const toml = `${TOML}[verifier]\ntimeout_sec = 2\n`;
      const grade = await played({ 'task.toml': toml, 'tests/test.sh': tests }, `echo '${code}' > break.sh`);
      expect(grade).toMatchObject({ reward: 0, success: false, info: { no_reward: reason } });
    });

    itUnless(
      unlessOrdinary(engine.name, 'users beside its own'),
      'gets modes, links, owners and deletions as the agent left them',
      async () => {
        const tests = [
          'cd /app && [ "$(stat -c "%a %u:%g" tool)" = "750 12:34" ] && [ "$(readlink link)" = tool ]',
          'first=$? && [ ! -e /etc/issue ] && [ "$(stat -c %h twin)" = 2 ] && [ "$first" = 0 ]',
          'if [ $? = 0 ]; then echo 1; else echo 0; fi > /logs/verifier/reward.txt',
        ].join('\n');
        const code =
          'touch tool; chmod 750 tool; chown 12:34 tool; ln -s tool link; ln tool twin; rm -f /etc/issue';
        expect(await played({ 'tests/test.sh': tests }, code)).toMatchObject({ reward: 1 });
      },
    );

    it('has the variables of task and verifier, and the working directory', async () => {
      const toml = `${TOML}[environment.env]\nWHO = "task"\n[verifier.env]\nMODE = "strict"\n`;
      const tests = `[ "$WHO $MODE $PWD" = "task strict /app" ] || exit\n${IS_DONE}`;
      const files = { 'task.toml': toml, 'tests/test.sh': tests };
      const code = '[ "$WHO $MODE $PWD" = "task  /app" ] && touch done';
      expect(await played(files, code)).toMatchObject({ reward: 1 });
    });

    it('of a separate environment gets only artifacts, after their collection', async () => {
      const toml = [
        'artifacts = ["/app/out"]',
        TOML,
        '[verifier]\nenvironment_mode = "separate"\n[[verifier.collect]]\ncommand = "cp /app/work /app/out/work"\n',
      ].join('\n');
      const tests =
        '[ -e /app/out/work ] && [ ! -e /app/work ]; echo $((1 - $?)) > /logs/verifier/reward.txt\n';
      const files = { 'task.toml': toml, 'tests/test.sh': tests };
      expect(await played(files, 'mkdir out; touch work')).toMatchObject({ reward: 1 });
    });

    it('does not see a solution or tests before the grade', async () => {
      const environment = await withTask({ 'tests/test.sh': IS_DONE, 'solution/solve.sh': 'touch done\n' });
      const episode = await environment.choose({ task: 't' }, 0).begin();
      try {
        const { observation } = await episode.act({ code: 'ls -d /tests /solution /logs 2>/dev/null' });
        expect(observation.output).toBe('');
        expect(await episode.grade({ final: false })).toMatchObject({ reward: 0 });
        const after = await episode.act({ code: 'ls -d /tests /logs 2>/dev/null; touch done' });
        expect(after.observation.output).toBe('');
        expect(await episode.grade({ final: false })).toMatchObject({ reward: 1 });
      } finally {
        await episode.sandbox.release();
      }
    });

    it("cuts actions at the end of the agent's time", async () => {
      const toml = `${TOML}[agent]\ntimeout_sec = 0.5\n`;
      const environment = await withTask({ 'task.toml': toml, 'tests/test.sh': IS_DONE });
      const episode = await environment.choose({ task: 't' }, 0).begin();
      try {
        expect(await episode.act({ code: 'sleep 60' })).toMatchObject({ observation: { timed_out: true } });
        const { observation } = await episode.act({ code: 'touch done' });
        expect(observation).toMatchObject({
          output: 'stepwell: the 0.5 seconds of this task are used up; submit\n',
          timed_out: true,
        });
        expect(await episode.grade({ final: true })).toMatchObject({ reward: 0 });
      } finally {
        await episode.sandbox.release();
      }
    });

    // What is not protected: the README of the environment says so.
    describe('is forged by an agent', () => {
      const forge = 'echo 1 > /logs/verifier/reward.txt; kill -9 $PPID';

      it('whose program the tests run with their own rights', async () => {
        const tests = `bash /app/program.sh\n${IS_DONE}`;
        const grade = await played({ 'tests/test.sh': tests }, `echo '${forge}' > program.sh`);
        expect(grade).toMatchObject({ reward: 1 });
      });

      itUnless(
        unlessOrdinary(engine.name, 'programs that it may replace'),
        'that adds programs, in a task whose solution adds some to the same folder',
        async () => {
          const tests = `stat / > /dev/null\n${IS_DONE}`;
          const code = `printf '#!/bin/bash\\n${forge}\\n' > /usr/local/sbin/stat; chmod 755 /usr/local/sbin/stat`;
          const solution = 'touch /app/done /usr/local/bin/tool\n';
          expect(await played({ 'tests/test.sh': tests }, code)).toMatchObject({ reward: 0 });
          const files = { 'tests/test.sh': tests, 'solution/solve.sh': solution };
          expect(await played(files, code)).toMatchObject({ reward: 1 });
        },
      );
    });
  });
}
