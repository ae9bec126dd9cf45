import type { z } from 'zod';
import type { OutsideChanges } from '../engine.ts';
import { SandboxError } from '../errors.ts';
import type {
  ChecksumPath,
  ExecRequest,
  FileEntry,
  ImageRef,
  InspectRequest,
  Isolation,
  LayerDiff,
  ListedFile,
  LowerLimits,
  PlacedChanges,
  Programs,
  Remains,
  RunRequest,
  RunResult,
  Sandbox,
  SandboxSnapshot,
  SessionRole,
  StoredImage,
} from '../sandbox.ts';
import type { ChannelRequest, RunnerReply } from './channel.ts';
import { type FrameHeader, type PayloadPart, partBytes } from './frames.ts';
import type { RunnerLink } from './journal.ts';
import { BecomeReply, ChecksumsReply, DiffReply, ListReply, RunReply, SnapshotReply } from './replies.ts';

const DEFAULT_MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Maximum length of the message about an invalid reply, in characters: a reply may be invalid in many places. */
const MAX_REASON = 1_000;

/** The leased container. */
export interface LeasedContainer {
  readonly id: string;
  readonly image: ImageRef;
  /** The image of the store that it shows. @default its own image */
  readonly stored?: StoredImage | undefined;
  readonly engine: string;
  readonly programs: Programs;
  readonly isolation: Isolation;
  readonly channel: RunnerLink;
  /** Used instead of the runner's `mark` and `diff`. @default the runner's own */
  readonly changes?: OutsideChanges;
  /** Name of the lease, if its runner keeps it for the next server. @default it does not */
  readonly lease?: string | undefined;
}

/**
 * Takes the container back at the end of a lease. `poisoned`: the lease saw a fault of the container, which must not be
 * reset and leased again.
 */
export type GiveBack = (remains: Remains | 'poisoned') => void;

/** One lease of a container: a sandbox whose calls go to the container's runner, one after the other. */
export class RunnerSandbox implements Sandbox {
  readonly id: string;
  readonly image: ImageRef;
  readonly stored: StoredImage | undefined;
  readonly engine: string;
  readonly programs: Programs;
  readonly isolation: Isolation;
  readonly reference: string | undefined;
  readonly #channel: RunnerLink;
  readonly #changes: OutsideChanges | undefined;
  readonly #giveBack: GiveBack;
  /** Named by its first request. */
  #lease: string | undefined;
  #note: string | undefined;
  #last: Promise<RunnerReply> | null = null;
  #poisoned = false;
  #released = false;

  constructor(container: LeasedContainer, giveBack: GiveBack) {
    this.id = container.id;
    this.image = container.image;
    this.stored = container.stored;
    this.engine = container.engine;
    this.programs = container.programs;
    this.isolation = container.isolation;
    this.#channel = container.channel;
    this.#changes = container.changes;
    this.#lease = container.lease;
    this.reference = container.lease && `${container.id}/${container.lease}`;
    this.#giveBack = giveBack;
  }

  async run(request: RunRequest): Promise<RunResult> {
    const { code, stdin, timeoutMs, idleTimeoutMs, maxOutputBytes } = request;
    const reply = await this.#call(
      'run',
      {
        timeout_ms: timeoutMs,
        idle_timeout_ms: idleTimeoutMs,
        max_output: maxOutputBytes,
        code_length: partBytes(code),
        has_stdin: stdin !== undefined,
      },
      { timeoutMs, payload: stdin === undefined ? [code] : [code, stdin], runsCode: true },
    );
    return this.#runResult(reply, true);
  }

  async become({ user, network }: SessionRole): Promise<string> {
    return this.#parse(BecomeReply, await this.#call('become', { user, network })).home;
  }

  async limit({ memoryBytes, cpus, pids, layerBytes }: LowerLimits): Promise<void> {
    await this.#call('limit', { memory_bytes: memoryBytes, cpus, pids, layer_bytes: layerBytes });
  }

  async putFiles(entries: readonly FileEntry[]): Promise<void> {
    const payload: PayloadPart[] = [];
    const described = entries.map(({ path, type, content, target, mode, mtime }) => {
      if (type !== 'file') return { path, type, target, mode, mtime };
      const part = content ?? '';
      payload.push(part);
      return { path, type, mode, mtime, length: partBytes(part) };
    });
    await this.#call('put', { entries: described }, { payload });
  }

  async place({ removed, archive }: PlacedChanges): Promise<void> {
    await this.#call('place', { removed }, { payload: [archive] });
  }

  async getFile(path: string, maxBytes: number = DEFAULT_MAX_FILE_BYTES): Promise<Buffer> {
    const reply = await this.#call('get', { path, max_bytes: maxBytes });
    return reply.payload;
  }

  async listFiles(path: string): Promise<ListedFile[]> {
    return this.#parse(ListReply, await this.#call('list', { path })).files;
  }

  async mark(): Promise<void> {
    if (this.#changes !== undefined) return this.#changes.mark();
    await this.#call('mark', {});
  }

  async diff(): Promise<LayerDiff> {
    if (this.#changes !== undefined) return this.#changes.diff();
    return this.#parse(DiffReply, await this.#call('diff', {}));
  }

  async checksums(paths: readonly ChecksumPath[]): Promise<readonly (string | null)[]> {
    if (paths.length === 0) return [];
    return this.#parse(ChecksumsReply, await this.#call('checksums', { paths })).sums;
  }

  async exec(request: ExecRequest): Promise<RunResult> {
    const { argv, byShell = false, user, cwd, env, timeoutMs, maxOutputBytes, lingerMs = 0 } = request;
    const program = { argv, ...(byShell ? { by_shell: true } : {}), ...(user === undefined ? {} : { user }) };
    const limits = { timeout_ms: timeoutMs, max_output: maxOutputBytes, linger_ms: lingerMs };
    const options = { timeoutMs: timeoutMs + lingerMs, runsCode: true };
    return this.#runResult(await this.#call('exec', { ...program, cwd, env, ...limits }, options), true);
  }

  async inspect(request: InspectRequest): Promise<RunResult> {
    const { argv, cwd = '/', timeoutMs, maxOutputBytes, tools = 'image' } = request;
    const limits = { timeout_ms: timeoutMs, max_output: maxOutputBytes };
    const fields = { argv, cwd, ...limits, ...(tools === 'image' ? {} : { tools }) };
    return this.#runResult(await this.#call('inspect', fields, { timeoutMs, answersPings: true }), false);
  }

  async snapshot(): Promise<SandboxSnapshot> {
    const reply = await this.#call('snapshot', {});
    const { reasons, processes } = this.#parse(SnapshotReply, reply);
    const { payload } = reply;
    return { image: this.image, state: payload.length > 0 ? payload : null, reasons, processes };
  }

  async restore({ image, state }: SandboxSnapshot): Promise<void> {
    if (state === null || image.digest !== this.image.digest) {
      throw new SandboxError('not_supported', 'This sandbox cannot take the state of the other one.');
    }
    await this.#call('restore', {}, { payload: [state] });
  }

  note(text: string): void {
    if (this.reference !== undefined) this.#note = text;
  }

  async quiesce(mode: 'stop' | 'resume' | 'kill'): Promise<void> {
    await this.#call('quiesce', { mode });
  }

  /** Resolves as soon as the container is given back; the reset goes on in the background. */
  async release(remains: Remains = 'used'): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    // A reset ends a running call, as a deadline would.
    const left = this.#last === null ? remains : 'used';
    // Nothing else ends the lease at the runner. A fault of it shows in the next lease.
    if (left !== 'used' && this.reference !== undefined) this.#channel.request('leave').catch(() => {});
    this.#giveBack(this.#poisoned ? 'poisoned' : left);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #sendAfter(
    last: Promise<unknown>,
    op: string,
    fields: FrameHeader,
    options?: ChannelRequest,
  ): Promise<RunnerReply> {
    const send = (): Promise<RunnerReply> => this.#send(op, fields, options);
    return last.then(send, send);
  }

  /** Send now, or after the running calls. In the usual case of one call at a time no promise is chained. */
  async #call(op: string, fields: FrameHeader, options?: ChannelRequest): Promise<RunnerReply> {
    const reply =
      this.#last === null
        ? this.#send(op, fields, options)
        : this.#sendAfter(this.#last, op, fields, options);
    this.#last = reply;
    try {
      return await reply;
    } catch (error) {
      if (!(error instanceof SandboxError) || FAULTS.has(error.code)) this.#poisoned = true;
      throw error;
    } finally {
      if (this.#last === reply) this.#last = null;
    }
  }

  #send(op: string, fields: FrameHeader, options?: ChannelRequest): Promise<RunnerReply> {
    if (this.#released) {
      return Promise.reject(new SandboxError('died', 'This sandbox has been released.'));
    }
    if (this.#lease === undefined && this.#note === undefined) {
      return this.#channel.request(op, fields, options);
    }
    const noted = {
      ...fields,
      ...(this.#lease === undefined ? {} : { lease: this.#lease }),
      ...(this.#note === undefined ? {} : { note: this.#note }),
    };
    this.#lease = undefined;
    this.#note = undefined;
    return this.#channel.request(op, noted, options);
  }

  #runResult(reply: RunnerReply, ranCode: boolean): RunResult {
    const fields = this.#parse(RunReply, reply, ranCode);
    return {
      output: reply.payload,
      exitCode: fields.exit_code,
      timedOut: fields.timeout !== null,
      timeout: fields.timeout,
      truncatedBytes: fields.truncated_bytes,
      truncatedAt: fields.truncated_at,
      sha256: fields.sha256,
      cwd: fields.cwd,
      sessionRestarted: fields.restarted,
      durationMs: fields.duration_us / 1_000,
    };
  }

  /** Parse a reply. An invalid reply is a fault of the runner, which then gets no more requests. */
  #parse<T>(schema: z.ZodType<T>, reply: RunnerReply, ranCode = false): T {
    const parsed = schema.safeParse(reply.header);
    if (parsed.success) return parsed.data;
    this.#poisoned = true;
    const message = `The runner's reply is invalid: ${parsed.error.message.slice(0, MAX_REASON)}`;
    this.#channel.close('runner_fault', message);
    throw new SandboxError('runner_fault', message, { cause: parsed.error, actionMayHaveRun: ranCode });
  }
}

const FAULTS: ReadonlySet<string> = new Set(['died', 'unresponsive', 'runner_fault']);
