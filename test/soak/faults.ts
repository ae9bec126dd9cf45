import type { Random } from './random.ts';
import type { Harm, Sandboxes } from './sandboxes.ts';
import type { Tally } from './tally.ts';

export interface FaultsParts {
  readonly sandboxes: Sandboxes;
  readonly random: Random;
  readonly tally: Tally;
  /** Mean time between two, in milliseconds. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Harm one sandbox after the other, chosen by chance, until the signal aborts. What was begun is ended. */
export async function harmSandboxes(parts: FaultsParts): Promise<void> {
  const { sandboxes, random, tally, everyMs, signal } = parts;
  const running = new Set<Promise<void>>();
  const hold = (from: number, to: number) => wait(random.between(from, to) * 1000, signal);
  for (;;) {
    await wait(random.between(0.2, 1.8) * everyMs, signal);
    if (signal.aborted) break;
    const seen = await sandboxes.list();
    if (seen.length === 0) continue;
    const harm = weighted(sandboxes.harms, random);
    tally.fault(harm.kind);
    // A sandbox that is gone already, or that the server removed meanwhile, takes no more harm.
    const work = harm.do(random.pick(seen), hold).catch(() => tally.fault(`${harm.kind}: removed meanwhile`));
    running.add(work);
    void work.finally(() => running.delete(work));
  }
  await Promise.all(running);
}

function weighted(harms: readonly Harm[], random: Random): Harm {
  return random.pick(harms.flatMap((harm) => Array.from({ length: harm.weight }, () => harm)));
}

/** Wait so long, or until the signal aborts. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
