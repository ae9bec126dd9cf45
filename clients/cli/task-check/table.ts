import { columns } from '../terminal.ts';
import type { CheckedTasks } from './check-dataset.ts';
import type { Requirement, TaskVerdict, UntriedTask } from './verdict.ts';

const HEAD = ['', 'task', 'gold', 'no-op', 'wrong', 'cheats', 'again', 'verifier', 'to do'];

/** The result of a check as lines for a person: a table with a line for each task, and a summary. */
export function checkedLines({ environment, dataset, tasks, known }: CheckedTasks): string[] {
  const failed = tasks.filter((task) => 'problems' in task && task.problems.length > 0).length;
  const untried = tasks.filter((task) => 'fault' in task).length;
  const passed = tasks.length - failed - untried;
  const counts = [
    `${passed} of ${tasks.length} tasks pass`,
    ...(failed > 0 ? [`${failed} fail`] : []),
    ...(untried > 0 ? [`${untried} not tried`] : []),
    ...(known > 0 ? [`${known} known from before (--again plays them again)`] : []),
  ];
  const table = columns([HEAD, ...tasks.map(row)], '').split('\n');
  return [...table, `checked ${dataset} for ${environment}: ${counts.join(', ')}`];
}

/** Whether every task passes. */
export function allPass({ tasks }: CheckedTasks): boolean {
  return tasks.every((task) => 'problems' in task && task.problems.length === 0);
}

function row(task: TaskVerdict | UntriedTask): string[] {
  if ('fault' in task) return ['-', task.id, '', '', '', '', '', '', `not tried: ${task.fault}`];
  const { id, noOp, gold, wrong, cheats, gradeMs, problems } = task;
  const has = (requirement: Requirement) => problems.some((one) => one.requirement === requirement);
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more; --json has all)` : '';
  const begins = !has('begins');
  return [
    problems.length === 0 ? '✓' : '✗',
    id,
    shown(gold),
    shown(noOp),
    begins ? held(wrong, problems, 'wrong') : '',
    begins ? held(cheats, problems, 'cheats') : '',
    begins && gold !== null && noOp !== null ? (has('again') ? 'differs' : 'same') : '',
    begins ? `${(gradeMs / 1000).toFixed(1)} s` : '',
    first === undefined ? '' : `${first.seen}: ${first.remedy}${more}`,
  ];
}

function shown(reward: number | null): string {
  return reward === null ? '-' : String(Math.round(reward * 1000) / 1000);
}

/** How many are as they must be, of all. */
function held(
  rewards: readonly (number | null)[],
  problems: TaskVerdict['problems'],
  requirement: Requirement,
): string {
  if (rewards.length === 0) return 'none';
  const wrong = problems.filter((one) => one.requirement === requirement).length;
  return `${rewards.length - wrong}/${rewards.length}`;
}
