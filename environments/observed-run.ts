import type { RunResult } from '../docker/sandbox.ts';
import type { Observation } from '../protocol/episode.ts';
import { outputText } from './output-text.ts';

/** The observation of code that ran in the agent's session. */
export function observedRun(result: RunResult): Observation {
  const { text, truncatedBytes } = outputText(result);
  return {
    output: text,
    exit_code: result.exitCode,
    timed_out: result.timedOut,
    truncated_bytes: truncatedBytes,
    cwd: result.cwd,
    ...(result.timeout === null ? {} : { timeout: result.timeout }),
    ...(result.sessionRestarted ? { session_restarted: true } : {}),
  };
}
