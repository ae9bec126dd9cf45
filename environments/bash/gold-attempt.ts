import type { RunResult } from '../../docker/sandbox.ts';

/** Exit status of what SIGKILL ended. */
const KILLED_STATUS = 137;

/** What came of a gold in one sandbox. */
export interface GoldAttempt<T> {
  readonly outcome: T;
  /** Whether somebody else may have ended it, e.g. the kernel of a machine without memory. */
  readonly isDoubtful: boolean;
}

/** Whether a command was killed, or its shell ended. A gold can do both by itself. */
export function mayBeKilled({ exitCode, sessionRestarted }: RunResult): boolean {
  return sessionRestarted || exitCode === KILLED_STATUS;
}

/** Run a gold, and once more, in another sandbox, where the first run leaves a doubt; what the second one came to stands. */
export async function beyondDoubt<T>(attempt: () => Promise<GoldAttempt<T>>): Promise<T> {
  const first = await attempt();
  return first.isDoubtful ? (await attempt()).outcome : first.outcome;
}
