import { createHash } from 'node:crypto';
import type { TaskTrial } from '../definition.ts';
import { filesBelow } from './files-below.ts';
import { solutionCode } from './solution.ts';
import type { TerminalTask } from './task.ts';

/** How a check plays a task: its limits, and the hash of its tests, which are in folders of their own. */
export function trialOf(task: TerminalTask): TaskTrial {
  const { gold, no_op_reward, agent_timeout_sec, solution_env, steps } = task;
  const hash = createHash('sha256');
  for (const { tests } of steps) {
    for (const { path, mode, content } of tests.flatMap(filesBelow)) {
      hash.update(`${JSON.stringify([path, mode & 0o100, content.length])}\n`).update(content);
    }
  }
  return {
    hasGold: gold !== undefined,
    ...(gold === undefined || steps.length === 1
      ? {}
      : {
          goldParts: steps.map(({ solution }) =>
            solution === null ? ':' : solutionCode(solution, solution_env),
          ),
        }),
    ...(no_op_reward === undefined ? {} : { noOpReward: no_op_reward }),
    ...(agent_timeout_sec === undefined ? {} : { agentMs: agent_timeout_sec * 1000 }),
    verifierMs: steps.map(({ verification }) => verification.timeout_sec * 1000),
    filesHash: hash.digest('hex'),
  };
}
