import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EndReason } from '../protocol/trajectory.ts';
import type { ServerSample } from '../protocol/watch.ts';
import type { SandboxCounts } from './registry/server-facts.ts';
import type { StepCount } from './watch/sampler.ts';

const STEP_BUCKETS = [
  0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** The metrics of `/metrics`, in a registry of their own. */
export class Metrics {
  readonly registry = new Registry();
  readonly #episodes = new Counter({
    name: 'stepwell_episodes_total',
    help: 'Episodes that ended, by environment and outcome.',
    labelNames: ['environment', 'outcome'],
    registers: [this.registry],
  });
  readonly #steps = new Counter({
    name: 'stepwell_steps_total',
    help: 'Steps.',
    labelNames: ['environment'],
    registers: [this.registry],
  });
  readonly #stepSeconds = new Histogram({
    name: 'stepwell_step_seconds',
    help: 'Time of a step in the server, including the sandbox.',
    labelNames: ['environment'],
    buckets: STEP_BUCKETS,
    registers: [this.registry],
  });
  readonly #resetSeconds = new Histogram({
    name: 'stepwell_reset_seconds',
    help: 'Time of a reset in the server, including the queue.',
    labelNames: ['environment'],
    buckets: STEP_BUCKETS,
    registers: [this.registry],
  });
  readonly #failures = new Counter({
    name: 'stepwell_failures_total',
    help: 'Infrastructure faults, by class and code.',
    labelNames: ['class', 'code'],
    registers: [this.registry],
  });
  readonly #resumes = new Counter({
    name: 'stepwell_resumes_total',
    help: 'Episodes that another connection took over, by environment and way: the same sandbox (socket) or a replay.',
    labelNames: ['environment', 'how'],
    registers: [this.registry],
  });
  /** Kept, as looking up labels costs more than counting. */
  readonly #perEnvironment = new Map<string, (seconds: number) => void>();

  constructor(openEpisodes: () => number, sandboxes: () => SandboxCounts) {
    new Gauge({
      name: 'stepwell_episodes_open',
      help: 'Open episodes.',
      registers: [this.registry],
      collect() {
        this.set(openEpisodes());
      },
    });
    new Gauge({
      name: 'stepwell_sandboxes',
      help: 'Sandboxes, by state.',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [state, count] of Object.entries(sandboxes().states)) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'stepwell_sandboxes_max',
      help: 'Maximum number of sandboxes.',
      registers: [this.registry],
      collect() {
        this.set(sandboxes().max);
      },
    });
    new Gauge({
      name: 'stepwell_queue_length',
      help: 'Requests that wait for a sandbox.',
      registers: [this.registry],
      collect() {
        this.set(sandboxes().queued);
      },
    });
  }

  stepped(environment: string, seconds: number): void {
    let count = this.#perEnvironment.get(environment);
    if (count === undefined) {
      const steps = this.#steps.labels({ environment });
      const latency = this.#stepSeconds.labels({ environment });
      count = (value) => {
        steps.inc();
        latency.observe(value);
      };
      this.#perEnvironment.set(environment, count);
    }
    count(seconds);
  }

  reset(environment: string, seconds: number): void {
    this.#resetSeconds.labels({ environment }).observe(seconds);
  }

  ended(environment: string, outcome: EndReason): void {
    this.#episodes.labels({ environment, outcome }).inc();
  }

  resumed(environment: string, how: string): void {
    this.#resumes.labels({ environment, how }).inc();
  }

  failed(failureClass: string, code: string): void {
    this.#failures.labels({ class: failureClass, code }).inc();
  }

  /** Steps so far, by environment and time. */
  async stepCounts(): Promise<StepCount[]> {
    const { values } = await this.#stepSeconds.get();
    const counts = new Map<string, StepCount['buckets'][number][]>();
    for (const one of values) {
      const { metricName, value } = one;
      const labels: Readonly<Record<string, unknown>> = one.labels;
      if (metricName !== 'stepwell_step_seconds_bucket') continue;
      const environment = String(labels.environment);
      const buckets = counts.get(environment) ?? [];
      buckets.push({
        seconds: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
        count: value,
      });
      counts.set(environment, buckets);
    }
    return [...counts].map(([environment, buckets]) => ({ environment, buckets }));
  }

  /** Infrastructure faults so far. */
  async failures(): Promise<ServerSample['failures']> {
    const { values } = await this.#failures.get();
    return values.map(({ labels, value }) => ({
      class: String(labels.class),
      code: String(labels.code),
      count: value,
    }));
  }
}
