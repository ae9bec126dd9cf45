import { setTimeout as sleep } from 'node:timers/promises';
import type { ResetResult } from '../../../protocol/episode.ts';
import type { ServerState } from '../../../protocol/server-state.ts';
import { ConnectError } from '../call-errors.ts';
import { StepwellClient } from '../client.ts';
import type { ClientOptions } from '../client-options.ts';
import type { Address } from './addresses.ts';
import type { Played } from './differences.ts';
import { type Load, roomOf } from './placement.ts';

export interface NodeTimes {
  /** Time between two questions for a server's state, in milliseconds. */
  readonly pollMs: number;
  /** Time without an answer to it after which a server counts as silent, in milliseconds. */
  readonly silentMs: number;
}

export interface NodeParts extends NodeTimes {
  readonly address: Address;
  readonly options: ClientOptions;
  /** Called with each new state. Throws if the server must not be used. */
  readonly check: (node: Node) => void;
  /** Called when the server may take resets again, or no longer. */
  readonly changed: () => void;
}

/** Why a server gets no resets, in words. */
class Down {
  readonly controller = new AbortController();
  reason = 'not connected yet';
}

const LONGEST_PAUSE_MS = 5_000;

/** One of many servers: its client, which is replaced once it is lost for good, and what is known of the server's load. */
export class Node implements Load, Played {
  readonly label: string;
  readonly images = new Map<string, string>();
  readonly #parts: NodeParts;
  readonly #stopping = new AbortController();
  #client: StepwellClient | null = null;
  #state: ServerState | null = null;
  /** Aborted when the server can take no resets any more; replaced when it can. */
  #down = new Down();
  #up = false;
  #error: unknown;
  sent = 0;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.label = parts.address.label;
  }

  /** Whether it takes resets, as far as is known. */
  get up(): boolean {
    return this.#up;
  }

  /** The last error; `undefined` while it is up. */
  get error(): unknown {
    return this.#up ? undefined : this.#error;
  }

  /** In words, for messages. */
  get condition(): string {
    if (this.#up) return 'up';
    return this.#error instanceof Error ? this.#error.message : this.#down.reason;
  }

  /** Its name, once it is known. */
  get node(): string | null {
    return this.#state?.node ?? null;
  }

  /** Aborted as soon as the server is lost, silent or shutting down. */
  get down(): AbortSignal {
    return this.#down.controller.signal;
  }

  /** @throws {TypeError} it was never connected */
  get client(): StepwellClient {
    if (this.#client === null) throw new TypeError(`${this.label} is not connected`);
    return this.#client;
  }

  get connected(): boolean {
    return this.#client !== null;
  }

  /** @throws {TypeError} it was never connected */
  get state(): ServerState {
    if (this.#state === null) throw new TypeError(`the state of ${this.label} is not known yet`);
    return this.#state;
  }

  get datasets(): ServerState['datasets'] {
    return this.#state?.datasets ?? [];
  }

  get room(): number {
    return this.#state === null ? 0 : roomOf(this);
  }

  /** An episode has begun there: remember its image. */
  began({ info }: { readonly info: ResetResult['info'] }): void {
    // Engines give the same image other digests.
    this.images.set(`${info.image.name} (${info.engine})`, info.image.digest);
  }

  /** Connect and ask for the state until `stop`. @returns settles after the first attempt; never rejects */
  start(): Promise<void> {
    let first: () => void = () => {};
    const attempted = new Promise<void>((resolve) => {
      first = resolve;
    });
    void this.#run(() => first());
    return attempted;
  }

  /** The next resets go elsewhere, until it answers again. */
  suspect(error: unknown): void {
    this.#fall(error);
  }

  /** Close its episodes and its socket. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#fall(new ConnectError('the client is closed'));
    await this.#client?.close();
  }

  async #run(attempted: () => void): Promise<void> {
    const { pollMs } = this.#parts;
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      try {
        await this.#ask(await this.#connected());
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#fall(error);
      }
      attempted();
      const longest = failures === 0 ? pollMs : Math.min(LONGEST_PAUSE_MS, pollMs * 2 ** (failures - 1));
      // Clients that began together must not ask all at once.
      await sleep(longest * (0.75 + Math.random() / 2), undefined, {
        signal: this.#stopping.signal,
        ref: false,
      }).catch(() => undefined);
    }
  }

  async #connected(): Promise<StepwellClient> {
    if (this.#client !== null) return this.#client;
    const { address, options } = this.#parts;
    const client = await StepwellClient.connect(address.url, {
      ...options,
      ...(address.hostAddress === undefined ? {} : { hostAddress: address.hostAddress }),
      signal: this.#stopping.signal,
      onConnection: (connected) => {
        if (!connected) this.#fall(new ConnectError(`the connection to ${this.label} is lost`));
      },
    });
    // Another server may be there now.
    this.images.clear();
    this.#client = client;
    void client.closed.then(() => {
      if (this.#client === client && !this.#stopping.signal.aborted) this.#client = null;
    });
    if (this.#stopping.signal.aborted) await client.close();
    return client;
  }

  async #ask(client: StepwellClient): Promise<void> {
    const sent = this.sent;
    const state = await client.call('server/state', {}, { timeoutMs: this.#parts.silentMs });
    this.#state = state;
    // Those sent before the question are in the answer.
    this.sent = Math.max(0, this.sent - sent);
    if (state.status !== 'ready') throw new ConnectError(`${this.label} is ${state.status}`);
    this.#parts.check(this);
    this.#rise();
  }

  #rise(): void {
    if (this.#up || this.#stopping.signal.aborted) return;
    this.#up = true;
    this.#down = new Down();
    this.#parts.changed();
  }

  #fall(error: unknown): void {
    this.#error = error;
    if (!this.#up) return;
    this.#up = false;
    this.#down.controller.abort(error);
    this.#parts.changed();
  }
}
