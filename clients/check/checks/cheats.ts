import { type CheatOutcome, CheatPlayer } from '../../cheats/cheat-play.ts';
import type { CheatScript } from '../../cheats/cheat-script.ts';
import { boundText } from '../../cheats/reward-bound.ts';
import { ensure, Skipped } from '../broken.ts';
import type { Check } from '../check.ts';
import { type CheckedTask, type Subject, triedTasks } from '../subject.ts';

/** Number of cheats to play at a time: most wait for a deadline. */
const WIDTH = 6;

export const CHEATS: Check = {
  name: 'cheats',
  shows: 'each cheat of the environment and of its tasks scores what it declares',
  async run(subject) {
    const { cheats, environment } = subject;
    if (cheats === null) throw new Skipped('cheats are played only on a server that the command starts');
    const tasks = triedTasks(subject);
    const own = tasks.flatMap((task) => ownCheats(task).map((script) => ({ script, among: [task] })));
    const shared = cheats.map((script, at) => ({ script, among: from(tasks, at) }));
    if (own.length + shared.length === 0) throw new Skipped(`${environment} has no cheats`);
    const player = new CheatPlayer(subject.client, resetOf(subject));
    const queue = [...shared, ...own].values();
    const skipped: string[] = [];
    const work = async (): Promise<void> => {
      for (const { script, among } of queue) {
        if (!(await isAsDeclared(player, script, among))) skipped.push(script.name);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: WIDTH }, work));
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
    if (skipped.length === 0) return;
    throw new Skipped(
      `no task that is tried has what ${skipped.join(', ')} asks for; the other cheats score what they declare`,
    );
  },
};

/** The tasks, rotated: successive cheats are played on different tasks. */
function from(tasks: readonly CheckedTask[], at: number): readonly CheckedTask[] {
  const first = at % tasks.length;
  return [...tasks.slice(first), ...tasks.slice(0, first)];
}

function resetOf({ environment, dataset, options, cheats }: Subject) {
  const asksForTables = cheats?.some(({ facts }) => facts.includes('table')) ?? false;
  return { environment, dataset, ...options, ...(asksForTables ? { schema: true } : {}) };
}

/** The cheats of a task's own record, as scripts. */
function ownCheats(task: CheckedTask): CheatScript[] {
  return task.cheats.map((text, at) => ({
    name: `number ${at + 1} of the task`,
    title: 'is rewarded without solving the task',
    score: { relation: '<=', bound: 'no-op' },
    deadlineMs: undefined,
    cells: [{ kind: task.as, text }],
    facts: [],
  }));
}

/** Play a cheat on the first task that has the facts it needs; `false` if none has them. @throws {Broken} */
async function isAsDeclared(
  player: CheatPlayer,
  script: CheatScript,
  tasks: readonly CheckedTask[],
): Promise<boolean> {
  for (const task of tasks) {
    const outcome = await player.play(task, script);
    ensure(
      outcome.verdict !== 'broken',
      `task ${task.id}: the cheat ${script.name} must score ${boundText(script.score)} and ${seen(outcome)}`,
      'close the hole in the grade or the task; `stepwell cheats` plays every cheat on every task',
    );
    if (outcome.verdict === 'held') return true;
  }
  return false;
}

function seen({ reward, noOp, reason }: CheatOutcome): string {
  return reward === null ? `has no reward (${reason})` : `scores ${reward} (no-op ${noOp})`;
}
