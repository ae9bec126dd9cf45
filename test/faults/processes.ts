import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One process of this machine, those inside containers too. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

export function allProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name before it may hold spaces and brackets of its own.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return [{ pid: Number(name), parent: Number(parent), words }];
      } catch {
        return [];
      }
    });
}

/** Whether a program with these arguments runs anywhere below one of the processes. */
export function runsBelow(roots: readonly number[], ...words: readonly string[]): boolean {
  return descendants(roots).some((one) => words.every((word, i) => one.words[i]?.endsWith(word)));
}

/** The processes below these, themselves left out. */
export function descendants(roots: readonly number[]): ProcessFacts[] {
  const all = allProcesses();
  const found = new Set(roots);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid) && !roots.includes(pid));
}

/** Open descriptors of a process, by what they lead to. */
export function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** Mounts of Stepwell's own that a process sees; others on this machine come and go by themselves. */
export function mountsOf(pid: number): number {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  return lines.filter((line) => line.includes('stepwell/')).length;
}

/** A figure in kB from `/proc/<pid>/status`, e.g. `VmHWM`, the peak of resident memory. */
export function statusOf(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
}
