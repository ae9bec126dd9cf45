import type { UpdateNote } from '../../protocol/watch.ts';
import type { FlowControl } from '../connection/flow-control.ts';
import type { Watcher } from '../watch/watching.ts';
import type { Notifier } from './notifier.ts';

/** A connection as one that watches the server. What it has not read is at most one update. */
export class WatchingClient implements Watcher {
  readonly #flow: FlowControl;
  readonly #notifier: Notifier;

  constructor(flow: FlowControl, notifier: Notifier) {
    this.#flow = flow;
    this.#notifier = notifier;
  }

  get ready(): boolean {
    return this.#flow.flows && this.#flow.unsentBytes === 0;
  }

  send(update: UpdateNote): void {
    this.#notifier.hint('server/update', update);
  }
}
