import type { ServerSample } from '../../../protocol/watch.ts';
import { Stack } from '../parts/charts.tsx';
import { plural } from '../parts/format.ts';

/** Sandboxes of each image, by what they do. */
export function Pools({ sample }: { readonly sample: ServerSample | undefined }) {
  if (sample === undefined) return null;
  const pools = sample.pools.filter(
    ({ states, waiting }) => waiting > 0 || Object.values(states).some((n) => n > 0),
  );
  return (
    <section aria-labelledby="pools-title">
      <h2 id="pools-title">
        Pools <span class="count">{plural(sample.failed_starts, 'failed start')}</span>
      </h2>
      {pools.length === 0 ? (
        <p class="empty">No sandbox is running. The first episode of an environment starts one.</p>
      ) : (
        <ul class="pools">
          {pools.map(({ image, states, waiting }) => (
            <li class="pool">
              <h3 class="mono">{image}</h3>
              <Stack
                parts={[
                  { name: 'ready', value: states.ready ?? 0 },
                  { name: 'leased', value: states.leased ?? 0 },
                  { name: 'resetting', value: (states.resetting ?? 0) + (states.gone ?? 0), rare: true },
                  { name: 'starting', value: states.starting ?? 0, rare: true },
                  { name: 'waiting', value: waiting },
                ]}
              />
            </li>
          ))}
        </ul>
      )}
      {sample.failed_starts > 0 && (
        <p class="problem">
          Sandboxes could not be started. <code>stepwell doctor</code> says what the machine lacks.
        </p>
      )}
    </section>
  );
}
