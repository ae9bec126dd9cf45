import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { SandboxError } from '../errors.ts';
import type { StoredImage } from '../sandbox.ts';
import type { ChannelRequest, RunnerChannel, RunnerReply } from './channel.ts';
import type { FrameHeader, PayloadPart } from './frames.ts';
import { replyError } from './replies.ts';

/** What requests of a sandbox go through. */
export type RunnerLink = Pick<RunnerChannel, 'request' | 'close'>;

const Header = z.record(z.string(), z.unknown());

/** A request, and the digest of its payload, if it had one. */
const AskedRequest = z.object({ request: Header, sha256: z.string().nullable() });
type AskedRequest = z.infer<typeof AskedRequest>;

const Answered = AskedRequest.extend({ reply: Header, bytes: z.int().min(0) });

/** Reply to `recall`, with the payloads of all entries one after the other. */
const Recalled = z.object({ entries: z.array(Answered) });

/** Reply to `attach`. `running`: the request in progress. */
const Attached = Recalled.extend({
  version: z.literal(1),
  lease: z.string().nullable(),
  running: AskedRequest.nullable(),
  /** The image of the store that the sandbox shows. */
  image: z
    .object({
      name: z.string(),
      layers: z.array(z.string()),
      env: z.record(z.string(), z.string()),
      workdir: z.string(),
      user: z.string().optional(),
    })
    .nullish(),
});

interface Entry extends AskedRequest {
  readonly reply: RunnerReply;
}

/** How long a runner may take to tell its journal, in milliseconds. It does so while code runs, too. */
const ATTACH_MS = 10_000;
/** Fields that may differ when the same request is made again: deadlines depend on the time that is left. */
const CHANGING = ['id', 'op', 'note', 'lease', 'timeout_ms'];

/**
 * The link to a runner that outlived its server. Requests that the lease has made already are not sent again: they get the
 * replies that the runner has kept, in order. The request that was in progress gets its reply when it is there. All others go
 * to the runner.
 */
export class Journal implements RunnerLink {
  /** The image of the store that the sandbox shows. @default its container's own */
  readonly stored: StoredImage | undefined;
  readonly #channel: RunnerChannel;
  readonly #entries: Entry[];
  #running: AskedRequest | null;

  private constructor(
    channel: RunnerChannel,
    stored: StoredImage | undefined,
    entries: Entry[],
    running: AskedRequest | null,
  ) {
    this.#channel = channel;
    this.stored = stored;
    this.#entries = entries;
    this.#running = running;
  }

  /**
   * Attach to a runner that waits for a server.
   * @param lease the lease that must still go on
   * @throws {SandboxError} `not_supported` if it is another one; `died`, `unresponsive`, `runner_fault`
   */
  static async attach(channel: RunnerChannel, key: string, lease: string): Promise<Journal> {
    const reply = await channel.request('attach', { key }, { timeoutMs: ATTACH_MS });
    const attached = Attached.safeParse(reply.header);
    if (!attached.success) {
      throw new SandboxError('runner_fault', 'The runner told no journal.', { cause: attached.error });
    }
    const { entries, image, lease: present, running } = attached.data;
    if (present !== lease) {
      throw new SandboxError('not_supported', 'The runner does not have this lease any more.');
    }
    return new Journal(channel, image ?? undefined, entriesOf(entries, reply.payload), running);
  }

  /**
   * The note of the turn that is left; `null` if every request has been made again.
   * @throws {SandboxError} `not_supported` if what is left does not begin with a turn
   */
  remainder(): string | null {
    const next = this.#entries[0] ?? this.#running;
    if (next === undefined || next === null) return null;
    const { note } = next.request;
    if (typeof note === 'string') return note;
    throw new SandboxError('not_supported', 'The requests of a turn are not those that were made.');
  }

  async request(op: string, fields: FrameHeader = {}, options: ChannelRequest = {}): Promise<RunnerReply> {
    const made = this.#entries.shift();
    if (made !== undefined) return replyTo(checked(made, op, fields, options), options);
    const running = this.#running;
    if (running === null) return this.#channel.request(op, fields, options);
    checked(running, op, fields, options);
    this.#running = null;
    return replyTo(await this.#recall(running, options), options);
  }

  close(...reason: Parameters<RunnerLink['close']>): void {
    this.#channel.close(...reason);
  }

  /** The reply to the request that was in progress. */
  async #recall({ request }: AskedRequest, { runsCode, answersPings }: ChannelRequest): Promise<Entry> {
    const { linger_ms: linger, timeout_ms: timeout } = request;
    const limits = [timeout, linger].filter((limit) => typeof limit === 'number');
    const timeoutMs = limits.length === 0 ? undefined : limits.reduce((sum, limit) => sum + limit, 0);
    const options: ChannelRequest = {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(runsCode === undefined ? {} : { runsCode }),
      ...(answersPings === undefined ? {} : { answersPings }),
    };
    const { header, payload } = await this.#channel.request('recall', {}, options);
    const recalled = Recalled.safeParse(header);
    const [last] = recalled.success ? entriesOf(recalled.data.entries, payload) : [];
    if (last !== undefined) return last;
    throw new SandboxError('runner_fault', 'The runner does not recall its last reply.', {
      actionMayHaveRun: runsCode ?? false,
    });
  }
}

function entriesOf(told: z.infer<typeof Recalled>['entries'], payload: Buffer): Entry[] {
  let offset = 0;
  return told.map(({ bytes, reply, ...asked }) => {
    const part = payload.subarray(offset, offset + bytes);
    offset += bytes;
    return { ...asked, reply: { header: reply, payload: part } };
  });
}

/** @throws {SandboxError} the request's own error, as when it was made */
function replyTo({ reply }: Entry, { runsCode = false }: ChannelRequest): RunnerReply {
  if (reply.header.ok === true) return reply;
  throw replyError(reply.header, runsCode);
}

/** What was asked, if this is the same request. @throws {SandboxError} `not_supported` */
function checked<T extends AskedRequest>(
  made: T,
  op: string,
  fields: FrameHeader,
  { payload = [] }: ChannelRequest,
): T {
  const same =
    made.request.op === op &&
    (made.request.note === undefined) === (fields.note === undefined) &&
    made.sha256 === digestOf(payload) &&
    isDeepStrictEqual(lasting(made.request), lasting(fields));
  if (same) return made;
  const was = `"${made.request.op}"`;
  throw new SandboxError('not_supported', `A request "${op}" is not the one that was made (${was}).`);
}

/** The fields of a request that do not change, as JSON has them. */
function lasting(fields: FrameHeader): unknown {
  const kept = Object.entries(fields).filter(([name]) => !CHANGING.includes(name));
  return JSON.parse(JSON.stringify(Object.fromEntries(kept)));
}

function digestOf(payload: readonly PayloadPart[]): string | null {
  const whole = Buffer.concat(payload.map((part) => Buffer.from(part)));
  return whole.length === 0 ? null : hash('sha256', whole, 'hex');
}
