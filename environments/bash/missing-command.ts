/** What a shell exits with where a command cannot be run, or is not there. */
const CANNOT_RUN = new Set([126, 127]);

/** How shells and the programs that start others tell of one that is not there; each names it in its first group. */
const COMPLAINTS: readonly RegExp[] = [
  /^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da)?sh: (?:line )?(?:\d+: )?([^\s:]+): (?:command )?not found$/m,
  // A path that is not there has a slash, as a rule.
  /^find: [‘'"]([^/’'"]+)[’'"]: No such file or directory$/m,
  /^xargs: ([^:\n]+): (?:No such file or directory|Permission denied)$/m,
  /^(?:env|nice|nohup|stdbuf|sudo|time|timeout|watch): (?:.*[‘'"])?([^\s‘’'":]+)[’'"]?: (?:No such file or directory|command not found|Permission denied)$/m,
];

/**
 * Name of the command that a command line could not run, or its status; `null` where everything was there. To reproduce
 * the complaint would solve no task.
 */
export function missingCommand(exitCode: number | null, output: string): string | null {
  for (const complaint of COMPLAINTS) {
    const found = complaint.exec(output)?.[1];
    if (found !== undefined) return found;
  }
  return exitCode !== null && CANNOT_RUN.has(exitCode) ? `status ${exitCode}` : null;
}
