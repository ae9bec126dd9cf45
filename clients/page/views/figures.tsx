import type { ServerSample } from '../../../protocol/watch.ts';
import type { Live } from '../connection/live.ts';
import { Sparkline } from '../parts/charts.tsx';
import { number, plural, span } from '../parts/format.ts';

/** Rates and totals of the server, with a line for the last two minutes. */
export function Figures({ live }: { readonly live: Live }) {
  const { sample, samples } = live;
  const steps = samples.map(perSecond);
  const latencies = samples.map((one) => worst(one, 'p95_ms') ?? 0);
  const median = sample && worst(sample, 'p50_ms');
  const late = sample && worst(sample, 'p95_ms');
  const waiting = sample?.pools.reduce((sum, pool) => sum + pool.waiting, 0) ?? 0;
  return (
    <section class="figures" aria-label="The server now">
      <div class="figure">
        <h2>Open episodes</h2>
        <p class="value">{sample?.open_episodes.toLocaleString('en') ?? '–'}</p>
        <Sparkline
          values={samples.map((one) => one.open_episodes)}
          label="Open episodes over the last two minutes"
        />
      </div>
      <div class="figure">
        <h2>Steps per second</h2>
        <p class="value">{sample === undefined ? '–' : number(perSecond(sample))}</p>
        <Sparkline values={steps} label="Steps per second over the last two minutes" />
      </div>
      <div class="figure">
        <h2>Step latency</h2>
        <p class="value">
          {median === null || median === undefined ? '–' : span(median)}
          {late !== null && late !== undefined && <small>95 % below {span(late)}</small>}
        </p>
        <Sparkline values={latencies} label="95th percentile of the step latency over the last two minutes" />
      </div>
      <div class="figure">
        <h2>Waiting for a sandbox</h2>
        <p class="value">{waiting}</p>
        <Sparkline
          values={samples.map((one) => one.pools.reduce((sum, pool) => sum + pool.waiting, 0))}
          label="Waiting resets over the last two minutes"
        />
      </div>
      <div class="figure">
        <h2>Failures</h2>
        <Failures sample={sample} />
      </div>
    </section>
  );
}

function Failures({ sample }: { readonly sample: ServerSample | undefined }) {
  const failures = sample?.failures ?? [];
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <p class={`value ${total > 0 ? 'bad' : ''}`}>{sample === undefined ? '–' : total}</p>
      {total === 0 ? (
        <p class="quiet small">none since the server began</p>
      ) : (
        <ul class="classes">
          {failures.map(({ class: name, code, count }) => (
            <li title={plural(count, 'fault')}>
              <span class="mono">
                {name}: {code}
              </span>
              <b>{count}</b>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function perSecond({ rates }: ServerSample): number {
  return rates.reduce((sum, { per_second }) => sum + per_second, 0);
}

/** Of the environment with the slowest steps. */
function worst({ rates }: ServerSample, field: 'p50_ms' | 'p95_ms'): number | null {
  const known = rates.map((rate) => rate[field]).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
