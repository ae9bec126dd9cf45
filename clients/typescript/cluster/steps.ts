import { Arrivals } from '../arrivals.ts';
import type { StepwellClient } from '../client.ts';
import type { Episode } from '../episode.ts';
import type { CallOptions } from '../pending-call.ts';
import type { StepOutcome, StepRequest } from '../step-many.ts';

/**
 * Steps of episodes of several servers, each sent to the server of its episode. The outcomes come in the order in which they are
 * there; `index` counts in the whole list.
 * @throws {TypeError} an episode is of another client; then no step is made
 */
export function stepsByServer(
  steps: readonly StepRequest[],
  clientOf: (episode: Episode) => StepwellClient | undefined,
  options: CallOptions,
): AsyncIterable<StepOutcome> {
  const parts = new Map<StepwellClient, number[]>();
  for (const [index, { episode }] of steps.entries()) {
    const client = clientOf(episode);
    if (client === undefined) throw new TypeError(`episode ${episode.id} was not begun by this client`);
    const part = parts.get(client);
    if (part === undefined) parts.set(client, [index]);
    else part.push(index);
  }
  const arrivals = new Arrivals<StepOutcome>(steps.length);
  for (const [client, indices] of parts) {
    const own = indices.flatMap((index) => steps[index] ?? []);
    void (async () => {
      for await (const outcome of client.stepMany(own, options)) {
        arrivals.add({ ...outcome, index: indices[outcome.index] ?? outcome.index });
      }
    })();
  }
  return arrivals;
}
