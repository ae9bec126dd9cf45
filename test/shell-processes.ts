/** Shell code that asks for processes by what every Linux has: `ps` and `pgrep` are missing on small machines. */

/** Prints the name of each process, a line each; the shell that runs it is one. */
export const LIST_PROCESSES =
  'for one in /proc/[0-9]*/comm; do { read -r name < $one && echo $name; } 2>/dev/null; done';

/** Prints how many processes of this name are in one of these states, e.g. `RSD`. */
export function countProcesses(name: string, states = 'RSDTtZ'): string {
  return (
    `count=0; for one in /proc/[0-9]*/stat; do [[ $(cat $one 2>/dev/null) == *'(${name}) '[${states}]* ]] && ` +
    'count=$((count + 1)); done; echo $count'
  );
}
