import { readFile } from 'node:fs/promises';

/** One process of the machine. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly user: number;
}

/** The processes of a grade, as the machine sees them. */
export interface JudgeProcesses {
  readonly runner: number;
  /** The interpreter from which sessions are forked. */
  readonly zygote: number;
  /** The first process of the session's namespace. */
  readonly init: number;
  /** The session, which forks solutions. */
  readonly session: number;
  readonly judge: number;
  readonly solution: number;
}

export type Role = keyof JudgeProcesses;

/** Users of solution processes have numbers from here on. */
const FIRST_USER = 1 << 24;

const fieldOf = (status: string, label: string) =>
  Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? -1);

/** A process and all below it, but those that have ended. */
async function below(pid: number): Promise<Process[]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  if (status === '' || /^State:\s+Z/m.test(status)) return [];
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const numbers = children.split(' ').map(Number).filter(Boolean);
  const found = await Promise.all(numbers.map(below));
  return [{ pid, parent: fieldOf(status, 'PPid'), user: fieldOf(status, 'Uid') }, ...found.flat()];
}

/** Those below a process of the machine that belong to a grade at work; those that are not there are left out. */
export async function judgeProcesses(root: number): Promise<Partial<JudgeProcesses>> {
  const all = new Map((await below(root)).map((process) => [process.pid, process]));
  const solution = [...all.values()].find(({ user }) => user >= FIRST_USER);
  const session = all.get(solution?.parent ?? 0);
  if (solution === undefined || session === undefined) return {};
  const own = [...all.values()];
  const judge = own.find(({ parent, user }) => parent === session.pid && user < FIRST_USER);
  const init = all.get(session.parent);
  const runner = all.get(init?.parent ?? 0);
  const zygote = own.find(({ pid, parent }) => parent === runner?.pid && pid !== init?.pid);
  const known = { runner, zygote, init, session, judge, solution };
  return Object.fromEntries(
    Object.entries(known).flatMap(([role, found]) => (found === undefined ? [] : [[role, found.pid]])),
  );
}
