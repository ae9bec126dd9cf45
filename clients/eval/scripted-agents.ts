import type { Action } from '../../protocol/action.ts';
import { type Agent, AgentError, type AgentTask } from './agent.ts';

/** An agent whose actions are known before the episode. @param actionsOf its actions; `undefined` if it has none for this task */
export function scriptedAgent(
  name: string,
  actionsOf: (task: AgentTask) => readonly Action[] | undefined,
): Agent {
  return {
    name,
    async begin(task) {
      const actions = actionsOf(task);
      if (actions === undefined)
        throw new AgentError(`${name} has no actions for task ${task.task.id}`, false);
      let at = 0;
      return {
        async next() {
          const action = actions[at] ?? null;
          at += 1;
          return { action };
        },
        async end() {},
      };
    },
  };
}

/** Submits at once. */
export const NOOP = scriptedAgent('noop', () => []);

/** A recorded attempt: the actions of one episode of one task. */
export interface RecordedAttempt {
  /** Id or index of the task. */
  readonly task: string | number;
  readonly actions: readonly Action[];
}

/** Plays recorded attempts again: the first one of a task in its first sample, and so on. */
export function replayAgent(attempts: readonly RecordedAttempt[]): Agent {
  return scriptedAgent('replay', ({ task, sample }) => {
    const own = attempts.filter((attempt) => attempt.task === task.id || attempt.task === task.index);
    return own[sample % Math.max(1, own.length)]?.actions;
  });
}
