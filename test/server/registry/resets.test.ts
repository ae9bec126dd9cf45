import { expect, it } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import type { EnvironmentEpisode } from '../../../environments/environment.ts';
import { Resets } from '../../../server/registry/resets.ts';

/** One attempt, which ends as the test wants it to. */
class Attempt {
  readonly promise: Promise<EnvironmentEpisode>;
  resolve: (play: EnvironmentEpisode) => void = () => {};
  reject: (error: unknown) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

const died = () => new SandboxError('died', 'The container has ended.');

/** A reset under way, with the attempts that it has made. */
function begin(resets: Resets, signal?: AbortSignal) {
  const attempts: Attempt[] = [];
  const retries: unknown[] = [];
  const reset = resets.run({
    begin: () => {
      const attempt = new Attempt();
      attempts.push(attempt);
      return attempt.promise;
    },
    signal,
    onRetry: (cause) => retries.push(cause),
  });
  reset.catch(() => {});
  return { attempts, reset, retries };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

it('replaces a dead sandbox, up to three sandboxes in all', async () => {
  const { attempts, reset, retries } = begin(new Resets());
  for (let n = 1; n <= 3; n += 1) {
    expect([attempts.length, retries.length]).toEqual([n, n - 1]);
    attempts.at(-1)?.reject(died());
    await settled();
  }
  await expect(reset).rejects.toMatchObject({ code: 'died' });
  expect(attempts).toHaveLength(3);
});

it('acquires no other sandbox for a client that has disconnected', async () => {
  const gone = new AbortController();
  const { attempts, reset } = begin(new Resets(), gone.signal);
  gone.abort();
  attempts[0]?.reject(died());
  await expect(reset).rejects.toMatchObject({ code: 'died' });
  expect(attempts).toHaveLength(1);
});

it('answers at once when the server stops, without acquiring another sandbox', async () => {
  const resets = new Resets();
  const { attempts, reset, retries } = begin(resets);
  resets.stop();
  await expect(reset).rejects.toMatchObject({ error: 'shutting_down' });
  attempts[0]?.reject(died());
  await settled();
  expect([attempts.length, retries.length]).toEqual([1, 0]);
});
