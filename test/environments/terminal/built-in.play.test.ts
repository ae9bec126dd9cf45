import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../../environments/environment.ts';
import { terminal } from '../../../environments/terminal/definition.ts';
import { solutionCode } from '../../../environments/terminal/solution.ts';
import { BUILD_MS, engineCases, openPool } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { playTerminal, terminalOver } from './play.ts';

const { builtIn } = terminal;

for (const engine of await engineCases({ programs: ['python3'] })) {
  describeUnless(engine.missing, `the built-in terminal tasks on the ${engine.name} engine`, () => {
    let opened: Awaited<ReturnType<typeof openPool>>;
    let environment: Environment;

    beforeAll(async () => {
      opened = await openPool(engine, builtIn.image, 3);
      environment = terminalOver(opened.pool, builtIn);
    }, BUILD_MS);
    afterAll(async () => {
      await opened?.close();
    });

    describe.each(builtIn.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
      it('gives the solution reward 1, step by step', async () => {
        const steps = task.steps.map(({ solution }) => solutionCode(solution ?? '', task.solution_env));
        const grades = await playTerminal(environment, id, ...steps);
        expect(grades).toHaveLength(steps.length);
        expect(grades.at(-1)).toMatchObject({ reward: 1, success: true });
        for (const grade of grades.slice(0, -1)) expect(grade.reward).toBeNull();
      });

      it('gives nothing to who does nothing, nor to cheats', async () => {
        for (const cheat of [null, ...(task.cheats ?? [])]) {
          const grades = await playTerminal(environment, id, cheat);
          expect(grades.at(-1), cheat ?? 'nothing').toMatchObject({ reward: 0, success: false });
        }
      });

      it.each(task.wrong ?? [])('gives a wrong answer less than 1: %s', async (wrong) => {
        const grade = (await playTerminal(environment, id, wrong)).at(-1);
        expect(grade?.success).toBe(false);
        expect(grade?.reward).toBeLessThan(1);
      });
    });
  });
}
