import type { RunResult } from '../../docker/sandbox.ts';

/** Exit status of a process that SIGKILL ended. */
const KILLED_STATUS = 137;

/** The outcome of a gold in one sandbox. */
export interface GoldAttempt<T> {
  readonly outcome: T;
  /** Whether something else may have ended it, e.g. the kernel of a machine that is out of memory. */
  readonly isDoubtful: boolean;
}

/** Whether a command was killed, or its shell ended. A gold can also do both by itself. */
export function mayBeKilled({ exitCode, sessionRestarted }: RunResult): boolean {
  return sessionRestarted || exitCode === KILLED_STATUS;
}

/** Run a gold, and if its outcome is in doubt, once more in another sandbox. The outcome of the second run is final. */
export async function beyondDoubt<T>(attempt: () => Promise<GoldAttempt<T>>): Promise<T> {
  const first = await attempt();
  return first.isDoubtful ? (await attempt()).outcome : first.outcome;
}
