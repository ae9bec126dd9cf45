import { randomInt } from 'node:crypto';
import type { Params } from '../../../protocol/methods.ts';
import type { Episode } from '../episode.ts';
import { RemoteError, StepwellError } from '../errors.ts';
import type { Opened } from '../reset-many.ts';
import type { ResetCallOptions } from '../reset-wait.ts';
import type { Members } from './members.ts';
import type { Node } from './node.ts';
import { type Attempt, type Placing, placedReset } from './placed-reset.ts';
import { leastLeased } from './placement.ts';

type GroupParams = Params<'episode/reset_many'>;

/** A member of a group, or why it could not begin on any server. */
export type Member = { readonly episode: Episode } | { readonly error: StepwellError };

export interface ClusterResetManyOptions extends ResetCallOptions {
  /** Whether all members are on one server. @default false: each where there is room */
  readonly together?: boolean;
  /** Called with each member as soon as it is there, and with `together` as soon as all are. @param index in the order of the result */
  readonly onOpened?: (member: Member, index: number) => void;
}

type OnOpened = NonNullable<ClusterResetManyOptions['onOpened']>;

export interface GroupParts {
  readonly members: Members;
  readonly placing: (count: number) => Placing;
  /** Begins a group on one server. */
  readonly begin: (node: Node, params: GroupParams, attempt: Attempt) => Promise<readonly Opened[]>;
}

/** Seeds that are drawn here. */
const MAX_SEED = 2 ** 48 - 1;

/** A group that another server may begin whole. */
class Incomplete extends RemoteError {
  readonly fault: RemoteError;
  readonly opened: readonly Opened[];

  constructor(fault: RemoteError, opened: readonly Opened[]) {
    super({ code: fault.code, message: fault.message, data: fault.details }, fault.error);
    this.fault = fault;
    this.opened = opened;
  }
}

/** The first error that another server may not have. */
function retryable(opened: readonly Opened[]): RemoteError | undefined {
  for (const member of opened) if ('error' in member && member.error.retryable) return member.error;
  return undefined;
}

/** Never rejects. */
export async function closeAll(opened: Iterable<Member | undefined>): Promise<void> {
  const episodes = [...opened].flatMap((member) =>
    member && 'episode' in member ? [member.episode.close()] : [],
  );
  await Promise.allSettled(episodes);
}

/** All members on one server, or none: where no server can begin all of them, each member says why. */
export async function placedGroup(
  { begin, members, placing }: GroupParts,
  params: GroupParams,
  onOpened: OnOpened,
): Promise<readonly Member[]> {
  const count = (params.tasks?.length ?? 1) * (params.count ?? 1);
  let group: readonly Member[];
  try {
    group = await placedReset(members, placing(count), async (node, attempt) => {
      const opened = await begin(node, params, attempt);
      const fault = retryable(opened);
      if (fault === undefined) return opened;
      await closeAll(opened);
      throw new Incomplete(fault, opened);
    });
  } catch (error) {
    if (!(error instanceof Incomplete)) throw error;
    const { fault } = error;
    group = error.opened.map((member) => ('error' in member ? member : { error: fault }));
  }
  for (const [index, member] of group.entries()) onOpened(member, index);
  return group;
}

/** Each member where there is room. @throws what is no fault of a server; then no member stays open */
export async function spreadGroup(
  parts: GroupParts,
  params: GroupParams,
  onOpened: OnOpened,
): Promise<readonly Member[]> {
  const spread = new Spread(parts, params, onOpened);
  const begun = await Promise.allSettled(spread.begin());
  const failed = begun.find(({ status }) => status === 'rejected');
  if (failed?.status !== 'rejected') return spread.opened;
  await closeAll(spread.opened);
  throw failed.reason;
}

/** One request for each server; a member that its server cannot begin goes elsewhere by itself. */
class Spread {
  readonly opened: Member[] = [];
  readonly #parts: GroupParts;
  readonly #params: GroupParams;
  readonly #onOpened: OnOpened;
  /** The task of each member. */
  readonly #tasks: readonly GroupParams['task'][];
  readonly #place: Placing;
  readonly #until: number;

  constructor(parts: GroupParts, { count = 1, tasks, ...common }: GroupParams, onOpened: OnOpened) {
    this.#parts = parts;
    // All have one seed, wherever they are.
    this.#params = { ...common, seed: common.seed ?? randomInt(MAX_SEED) };
    this.#onOpened = onOpened;
    this.#tasks = (tasks ?? [common.task]).flatMap((task) => Array.from({ length: count }, () => task));
    this.#place = parts.placing(1);
    this.#until = performance.now() + this.#place.queueTimeoutMs;
  }

  begin(): Promise<void>[] {
    const { members } = this.#parts;
    const { fits = () => true } = this.#place;
    const up = members.up.filter(fits);
    const shares = new Map<Node, number[]>(up.map((node) => [node, []]));
    const homeless: number[] = [];
    for (const index of this.#tasks.keys()) {
      // Counted at once, so there is no need for chance.
      const node = leastLeased(
        up,
        (one) => one,
        1,
        () => 0,
      );
      if (node === undefined) homeless.push(index);
      else {
        node.sent += 1;
        shares.get(node)?.push(index);
      }
    }
    const used = [...shares].filter(([, indices]) => indices.length > 0);
    return [
      ...used.map(([node, indices]) => this.#share(node, indices)),
      ...homeless.map((index) => this.#elsewhere(index)),
    ];
  }

  async #share(node: Node, indices: readonly number[]): Promise<void> {
    const { begin, members } = this.#parts;
    const { queueTimeoutMs, signal } = this.#place;
    const own = AbortSignal.any(signal === undefined ? [node.down] : [node.down, signal]);
    // What does not fit here waits where the queue is shortest.
    const wait = members.up.length < 2 ? queueTimeoutMs : 0;
    let group: readonly Opened[] = [];
    try {
      group = await begin(node, this.#asked(indices), { queueTimeoutMs: wait, signal: own });
    } catch (error) {
      const ends = signal?.aborted || !(error instanceof StepwellError) || !error.retryable;
      if (ends && !node.down.aborted) throw error;
    }
    const missing: number[] = [];
    for (const [at, index] of indices.entries()) {
      const member = group[at];
      if (member === undefined || ('error' in member && member.error.retryable)) missing.push(index);
      else this.#settle(index, member);
    }
    node.sent = Math.max(0, node.sent - missing.length);
    const rest = await Promise.allSettled(missing.map((index) => this.#elsewhere(index)));
    for (const one of rest) if (one.status === 'rejected') throw one.reason;
  }

  /** @throws what is no `StepwellError` */
  async #elsewhere(index: number): Promise<void> {
    const { begin, members } = this.#parts;
    const queueTimeoutMs = Math.max(0, this.#until - performance.now());
    try {
      const [member] = await placedReset(
        members,
        { ...this.#place, queueTimeoutMs },
        async (node, attempt) => {
          const group = await begin(node, this.#asked([index]), attempt);
          const fault = retryable(group);
          if (fault !== undefined) throw fault;
          return group;
        },
      );
      if (member !== undefined) this.#settle(index, member);
    } catch (error) {
      if (!(error instanceof StepwellError) || this.#place.signal?.aborted) throw error;
      this.#settle(index, { error });
    }
  }

  #asked(indices: readonly number[]): GroupParams {
    const tasks = indices.flatMap((index) => this.#tasks[index] ?? []);
    const { task: _one, ...common } = this.#params;
    return tasks.length === 0 ? { ...common, count: indices.length } : { ...common, tasks };
  }

  #settle(index: number, member: Member): void {
    this.opened[index] = member;
    this.#onOpened(member, index);
  }
}
