import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientOptions } from '../client-options.ts';
import { type Address, addressesOf, areNames, type Resolve } from './addresses.ts';
import { datasetsDiffer } from './differences.ts';
import { NoServerError } from './errors.ts';
import { Node, type NodeTimes } from './node.ts';

export interface MembersParts extends NodeTimes {
  readonly urls: readonly string[];
  readonly options: ClientOptions;
  /** Whether servers may have other datasets and images than the others. */
  readonly acceptDifferences: boolean;
  readonly resolve: Resolve;
}

/** Time between two look-ups of DNS names, in milliseconds. */
const RESOLVE_MS = 5_000;

/** The servers of one client. Those behind a DNS name come and go. */
export class Members {
  readonly #parts: MembersParts;
  readonly #nodes = new Map<string, Node>();
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  get all(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  get up(): readonly Node[] {
    return this.all.filter(({ up }) => up);
  }

  /**
   * Connect to the servers.
   * @throws {ServersDifferError} @throws {UnauthorizedError} @throws {VersionMismatchError} what a server says of itself
   * @throws {ConnectError} a name cannot be resolved @throws {NoServerError} none can be reached
   */
  async start(): Promise<void> {
    const { resolve, urls } = this.#parts;
    await this.#adopt(await addressesOf(urls, resolve));
    for (const { error } of this.all) if (isFinal(error)) throw error;
    if (this.up.length === 0) throw this.none();
    if (areNames(urls)) void this.#watchNames();
  }

  /** Settles when a server has come up or gone, after `ms`, or when the signal fires. */
  async change(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const changed = new AbortController();
    const wake = (): void => changed.abort();
    this.#waiting.add(wake);
    const signals = [changed.signal, this.#stopping.signal, ...(signal ? [signal] : [])];
    await sleep(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
    this.#waiting.delete(wake);
  }

  /** Why no server takes a call. */
  none(cause?: unknown): NoServerError {
    const each = this.all.map(({ condition, label }) => `${label}: ${condition}`);
    const why = each.length === 0 ? 'the name has no addresses' : each.join('; ');
    return new NoServerError(`no server takes the call: ${why}`, { cause });
  }

  /** The first difference of a server's datasets to those of one that is up. @throws {ServersDifferError} */
  check(node: Node): void {
    if (this.#parts.acceptDifferences) return;
    for (const other of this.up) {
      const difference = other === node ? undefined : datasetsDiffer(other, node);
      if (difference !== undefined) throw difference;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.all.map((node) => node.stop()));
  }

  async #adopt(addresses: readonly Address[]): Promise<void> {
    const { options, pollMs, silentMs } = this.#parts;
    const begun: Promise<void>[] = [];
    for (const address of addresses) {
      if (this.#nodes.has(address.label)) continue;
      const node = new Node({
        address,
        options,
        pollMs,
        silentMs,
        check: (one) => this.check(one),
        changed: () => this.#changed(),
      });
      this.#nodes.set(address.label, node);
      begun.push(node.start());
    }
    await Promise.all(begun);
  }

  #changed(): void {
    for (const wake of this.#waiting) wake();
  }

  /** A name that cannot be resolved for a while changes nothing. A server without a name stays while it is up: it may have episodes. */
  async #watchNames(): Promise<void> {
    const { resolve, urls } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(RESOLVE_MS * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {});
      const addresses = await addressesOf(urls, resolve).catch(() => null);
      if (addresses === null || signal.aborted) continue;
      const named = new Set(addresses.map(({ label }) => label));
      for (const [label, node] of this.#nodes) {
        if (named.has(label) || node.up) continue;
        this.#nodes.delete(label);
        void node.stop();
      }
      void this.#adopt(addresses);
    }
  }
}

/** Whether an error of the first connection is one that waiting does not change. */
function isFinal(error: unknown): boolean {
  const { retryable } = (error ?? {}) as { readonly retryable?: unknown };
  return retryable === false;
}
