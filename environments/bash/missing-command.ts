/** A shell's exit statuses for a command that cannot be run, or does not exist. */
const CANNOT_RUN = new Set([126, 127]);

/** Messages of shells and launchers about a command that does not exist; the first group is its name. */
const COMPLAINTS: readonly RegExp[] = [
  /^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da)?sh: (?:line )?(?:\d+: )?([^\s:]+): (?:command )?not found$/m,
  // A missing path usually has a slash.
  /^find: [‘'"]([^/’'"]+)[’'"]: No such file or directory$/m,
  /^xargs: ([^:\n]+): (?:No such file or directory|Permission denied)$/m,
  /^(?:env|nice|nohup|stdbuf|sudo|time|timeout|watch): (?:.*[‘'"])?([^\s‘’'":]+)[’'"]?: (?:No such file or directory|command not found|Permission denied)$/m,
];

/**
 * Name of the command that a command line could not run, or its status; `null` if every command exists. Such a gold cannot
 * be compared with: reproducing the error message would not solve the task.
 */
export function missingCommand(exitCode: number | null, output: string): string | null {
  for (const complaint of COMPLAINTS) {
    const found = complaint.exec(output)?.[1];
    if (found !== undefined) return found;
  }
  return exitCode !== null && CANNOT_RUN.has(exitCode) ? `status ${exitCode}` : null;
}
