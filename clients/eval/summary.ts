import type { AttemptResult } from './attempt.ts';

/** A share with its 95 % confidence interval. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface EvalSummary {
  readonly tasks: number;
  readonly attempts: number;
  /** Attempts with a reward. Shares and means are over them. */
  readonly graded: number;
  readonly success_rate: Share | null;
  readonly mean_reward: number | null;
  /** Chance that at least one of k attempts at a task succeeds, by k. Its interval is that of the mean over tasks. */
  readonly pass_at: Readonly<Record<string, Share>>;
  readonly by_turn: readonly {
    readonly turn: number;
    readonly reached: number;
    /** Share of the graded attempts that had success in it or before. */
    readonly success_rate: number;
    /** Share of those that made it whose code failed in it. */
    readonly error_rate: number;
  }[];
  /** How often each failure ended an attempt. */
  readonly failures: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

const Z = 1.959964;

/** Wilson's interval (1927) of a share. */
export function wilson(successes: number, of: number): Share {
  const share = successes / of;
  const middle = (share + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** The unbiased estimate of pass@k from n attempts with c successes: 1 − C(n−c, k) / C(n, k) (Chen et al. 2021). */
export function passAt(k: number, n: number, c: number): number {
  if (n - c < k) return 1;
  let none = 1;
  for (let i = n - c + 1; i <= n; i += 1) none *= 1 - k / i;
  return 1 - none;
}

/** Mean with its interval: Wilson's where each task either has or has not succeeded, else the normal one, within 0 and 1. */
function meanShare(values: readonly number[]): Share {
  const count = values.length;
  const sum = values.reduce((total, one) => total + one, 0);
  const value = sum / count;
  if (values.every((one) => one === 0 || one === 1)) return wilson(sum, count);
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / Math.max(1, count - 1);
  const half = count === 1 ? 1 : Z * Math.sqrt(variance / count);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

export function summaryOf(results: readonly AttemptResult[]): EvalSummary {
  const graded = results.filter(({ failure, reward }) => failure === null && reward !== null);
  const tasks = new Map<number, AttemptResult[]>();
  for (const result of graded)
    tasks.set(result.task_index, [...(tasks.get(result.task_index) ?? []), result]);
  const successes = graded.filter(({ success }) => success).length;
  const failures: Record<string, number> = {};
  for (const { failure } of results) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
  const total = (count: (result: AttemptResult) => number): number =>
    results.reduce((sum, result) => sum + count(result), 0);
  return {
    tasks: new Set(results.map(({ task_index }) => task_index)).size,
    attempts: results.length,
    graded: graded.length,
    success_rate: graded.length === 0 ? null : wilson(successes, graded.length),
    mean_reward:
      graded.length === 0 ? null : graded.reduce((sum, { reward }) => sum + (reward ?? 0), 0) / graded.length,
    pass_at: passAtAll([...tasks.values()]),
    by_turn: byTurn(graded),
    failures,
    retries: total(({ retries }) => retries),
    prompt_tokens: total(({ prompt_tokens }) => prompt_tokens),
    completion_tokens: total(({ completion_tokens }) => completion_tokens),
  };
}

/** For k = 1, 2, 4, 8, … up to the smallest number of attempts at a task. */
function passAtAll(tasks: readonly (readonly AttemptResult[])[]): Record<string, Share> {
  if (tasks.length === 0) return {};
  const least = Math.min(...tasks.map((attempts) => attempts.length));
  const found: Record<string, Share> = {};
  const ks = new Set([least]);
  for (let k = 1; k <= least; k *= 2) ks.add(k);
  for (const k of [...ks].sort((a, b) => a - b)) {
    found[k] = meanShare(
      tasks.map((attempts) => passAt(k, attempts.length, attempts.filter(({ success }) => success).length)),
    );
  }
  return found;
}

function byTurn(graded: readonly AttemptResult[]): EvalSummary['by_turn'] {
  const most = graded.reduce((max, { turns }) => Math.max(max, turns.length), 0);
  return Array.from({ length: most }, (_, at) => {
    const reached = graded.filter(({ turns }) => turns.length > at);
    const succeeded = graded.filter(({ turns }) => turns.slice(0, at + 1).some(({ success }) => success));
    return {
      turn: at + 1,
      reached: reached.length,
      success_rate: succeeded.length / graded.length,
      error_rate: reached.filter(({ turns }) => turns[at]?.error).length / reached.length,
    };
  });
}
