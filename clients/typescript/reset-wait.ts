import type { QueuedNote } from '../../protocol/many.ts';
import type { BuildingNote } from '../../protocol/notifications.ts';
import type { CallOptions } from './pending-call.ts';

/** Time for a reset itself and for the network, beside its wait for a sandbox. */
const RESET_MARGIN_MS = 60_000;

/** The place of a waiting reset in the server's queue. */
export interface QueuePlace {
  /** 1 is next. Of a group: the place of its last member. */
  readonly position: number;
  /** In milliseconds; `null` if the server knows nothing yet. */
  readonly expectedWaitMs: number | null;
  /** Members of a group that wait. */
  readonly waiting?: number;
}

/** How far the build of an image is that a reset needs. */
export interface ImageProgress {
  readonly image: string;
  /** Builds that come before it; 0 once it runs. */
  readonly ahead: number;
  /** The builder's latest line; empty before its first one. */
  readonly line: string;
}

export interface ResetCallOptions extends CallOptions {
  /**
   * How long the reset may wait for a sandbox, in milliseconds, 0 to 86,400,000; the call's deadline is at least a minute
   * longer. It is `queue_timeout_ms` of the options. @default the server's setting
   */
  readonly queueTimeoutMs?: number;
  /** Called when the reset begins to wait, and at most once a second when its place has changed. */
  readonly onQueued?: (place: QueuePlace) => void;
  /**
   * Called while the image of the task is built first, at most once a second. The build does not count as waiting for a sandbox, but the
   * call's deadline (`timeoutMs`) does not know of it.
   */
  readonly onBuilding?: (progress: ImageProgress) => void;
}

/** The params of a reset with its wait. */
export function withWait<P extends object>(params: P, { queueTimeoutMs }: ResetCallOptions): P {
  return queueTimeoutMs === undefined ? params : { ...params, queue_timeout_ms: queueTimeoutMs };
}

/** The options of a reset's call. @param defaults deadline of a call, and the server's wait, in milliseconds */
export function resetCall(
  params: { readonly queue_timeout_ms?: number | undefined },
  options: ResetCallOptions,
  defaults: { readonly timeoutMs: number; readonly queueTimeoutMs: number },
) {
  const { queueTimeoutMs = params.queue_timeout_ms ?? defaults.queueTimeoutMs, signal } = options;
  const timeoutMs = options.timeoutMs ?? Math.max(defaults.timeoutMs, queueTimeoutMs + RESET_MARGIN_MS);
  return { timeoutMs, signal, step: null };
}

/** Calls `onQueued` and `onBuilding` for the server's notifications. */
export function placeNote({ onQueued, onBuilding }: ResetCallOptions) {
  return (method: string, params: unknown): void => {
    if (method === 'episode/building') {
      const { image, ahead, line } = params as BuildingNote;
      onBuilding?.({ image, ahead, line });
    }
    if (method !== 'episode/queued') return;
    const { expected_wait_ms: expectedWaitMs, position, waiting } = params as QueuedNote;
    onQueued?.({ position, expectedWaitMs, ...(waiting === undefined ? {} : { waiting }) });
  };
}
