import type { Notification, NotificationName } from '../../protocol/notifications.ts';
import type { AnswerWriter } from '../connection/answer-writer.ts';
import type { FlowControl } from '../connection/flow-control.ts';

/** Sends notifications to one client. They count as its answers do, and wait while it does not read. */
export class Notifier {
  readonly #flow: FlowControl;
  readonly #writer: AnswerWriter;

  constructor(flow: FlowControl, writer: AnswerWriter) {
    this.#flow = flow;
    this.#writer = writer;
  }

  /** Send one that the next one replaces; it is dropped while the client does not read. */
  hint<N extends NotificationName>(method: N, params: Notification<N>): void {
    if (this.#flow.flows) this.#flow.send(`${before(method)}${JSON.stringify(params)}}`);
  }

  /**
   * Settles when it is on its way.
   * @param onSent as for `FlowControl.send`
   * @throws {ProtocolError} if the client goes away, or the server shuts down while the client does not read
   */
  async send<N extends NotificationName>(
    method: N,
    params: Notification<N>,
    onSent?: () => void,
  ): Promise<void> {
    // The client may stop reading again before it is this one's turn.
    while (!this.#flow.flows) await this.#flow.ready();
    this.#flow.send(await this.#writer.write(params, before(method), '}'), onSent);
  }
}

function before(method: NotificationName): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":`;
}
