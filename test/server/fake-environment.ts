import { z } from 'zod';
import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import type {
  ActionOutcome,
  ChosenTask,
  Environment,
  EnvironmentEpisode,
  Grade,
  GradeRequest,
  Task,
} from '../../environments/environment.ts';
import { IDLE_TIMEOUT } from '../../environments/session-schemas.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';

type Code = Extract<ActionObject, { code: string }>;

/** What a test can steer and look at in one episode. */
export interface FakePlay {
  readonly task: Task;
  readonly options: ResetOptions;
  /** Code of every action, in the order in which it began. */
  readonly acted: string[];
  /** Time that each action was given at most, in milliseconds. */
  readonly atMost: (number | undefined)[];
  readonly gradings: Omit<GradeRequest, 'answer'>[];
  released: number;
  /** Rejects what waits in the sandbox when it is released. */
  readonly end: (error: Error) => void;
  readonly ended: Promise<never>;
}

function refuse(): never {
  throw new Error('the fake sandbox has no files');
}

/**
 * An environment without a sandbox. Code `echo X` prints X; `wait NAME` waits until the test calls `open(NAME)`, or meets
 * a dead sandbox once it is released; `plays` prints how many episodes have begun; `big N` prints N characters, `control N` N control characters. The reward is 1 when the answer, or the last output, is
 * `gold`, else 0.
 */
export class FakeEnvironment implements Environment {
  readonly id: string;
  readonly defaultImage = 'fake';
  readonly readme = '# Fake';
  readonly language = 'bash';
  readonly images = [];
  readonly observation = { exit_code: z.number().optional() };
  readonly options = {
    semantics: z.enum(['native', 'intercode']).optional().describe('What an action means.'),
    idle_timeout_ms: IDLE_TIMEOUT,
  };
  readonly plays: FakePlay[] = [];
  /** Thrown by the next action, grade or reset; a text is a gate that the next reset waits at. */
  failAct: unknown;
  failGrade: unknown;
  failReset: unknown;
  /** The gate that grades wait at. */
  gradeGate: string | undefined;
  readonly #gates = new Map<string, PromiseWithResolversLike>();
  readonly #tasks: readonly Task[];

  /** @param note what every instruction ends with */
  constructor(id = 'fake-v1', tasks = 3, note = '') {
    this.id = id;
    this.#tasks = Array.from({ length: tasks }, (_, index) => ({
      id: `task-${index}`,
      index,
      dataset: 'built-in',
      instruction: `Print gold (${index}).${note}`,
      tags: ['fake'],
    }));
  }

  get info() {
    const tasks = this.#tasks.length;
    const datasets = [{ name: 'built-in', tasks, gradable: tasks, checked: true }];
    return { id: this.id, description: 'A fake.', semantics: ['native', 'intercode'], datasets };
  }

  tasks(dataset: string | undefined): readonly Task[] {
    if (dataset !== undefined && dataset !== 'built-in') {
      throw new ProtocolError('dataset_not_found', `There is no dataset ${dataset}.`);
    }
    return this.#tasks;
  }

  choose(options: ResetOptions, seed: number): ChosenTask {
    const { task = seed % this.#tasks.length } = options;
    const found = this.#tasks.find(({ id, index }) => id === task || index === task);
    if (found === undefined) throw new ProtocolError('task_not_found', `There is no task ${task}.`);
    return { task: found, begin: (wait) => this.reset(found, options, wait?.signal) };
  }

  /** Let `wait NAME` go on; before it began, too. */
  open(name: string): void {
    this.#gate(name).resolve();
  }

  /** Settles when an action waits at this gate. */
  reached(name: string): Promise<void> {
    return this.#gate(`at ${name}`).promise;
  }

  /** Begin an episode; tests put others in its place. */
  async reset(task: Task, options: ResetOptions, _signal?: AbortSignal): Promise<EnvironmentEpisode> {
    const failure = this.failReset;
    this.failReset = undefined;
    if (failure instanceof Error) throw failure;
    if (typeof failure === 'string') {
      this.#gate(`at ${failure}`).resolve();
      await this.#gate(failure).promise;
    }
    let end = (_error: Error): void => {};
    const ended = new Promise<never>((_resolve, reject) => {
      end = reject;
    });
    ended.catch(() => {});
    const play: FakePlay = { task, options, acted: [], atMost: [], gradings: [], released: 0, end, ended };
    this.plays.push(play);
    let last = '';
    return {
      task,
      sandbox: this.#sandbox(play),
      initial: { observation: { output: task.instruction }, durationMs: 1 },
      act: async (action, atMostMs) => {
        play.acted.push(action.code);
        play.atMost.push(atMostMs);
        last = await this.#act(action, play);
        return outcome(last);
      },
      grade: async ({ answer, ...asked }) => {
        play.gradings.push(asked);
        if (this.gradeGate !== undefined) await this.#act({ code: `wait ${this.gradeGate}` }, play);
        return this.#grade(answer ?? last.trim());
      },
    };
  }

  async #act({ code }: Code, { ended }: FakePlay): Promise<string> {
    const failure = this.failAct;
    this.failAct = undefined;
    if (failure !== undefined) throw failure;
    const [verb, ...words] = code.split(' ');
    const rest = words.join(' ');
    if (verb === 'big') return 'x'.repeat(Number(rest));
    if (verb === 'control') return '\u0001'.repeat(Number(rest));
    if (verb === 'plays') return `${this.plays.length}\n`;
    if (verb !== 'wait') return `${rest}\n`;
    this.#gate(`at ${rest}`).resolve();
    await Promise.race([this.#gate(rest).promise, ended]);
    return 'waited\n';
  }

  #grade(answer: string): Grade {
    const failure = this.failGrade;
    this.failGrade = undefined;
    if (failure !== undefined) throw failure;
    const reward = answer === 'gold' ? 1 : 0;
    return { reward, success: reward === 1, components: { match: reward }, durationMs: 2 };
  }

  #gate(name: string): PromiseWithResolversLike {
    const gate = this.#gates.get(name) ?? withResolvers();
    this.#gates.set(name, gate);
    return gate;
  }

  #sandbox(play: FakePlay): Sandbox {
    const release = async (): Promise<void> => {
      play.released += 1;
      play.end(new SandboxError('died', 'The sandbox was released.'));
    };
    return {
      id: 'fake',
      image: { name: 'fake', digest: `sha256:${'0'.repeat(64)}` },
      engine: 'local',
      programs: 'machine',
      isolation: 'layer',
      run: refuse,
      exec: refuse,
      putFiles: refuse,
      place: refuse,
      become: refuse,
      limit: refuse,
      getFile: refuse,
      listFiles: refuse,
      mark: refuse,
      diff: refuse,
      checksums: refuse,
      snapshot: refuse,
      restore: refuse,
      inspect: refuse,
      quiesce: refuse,
      release,
      [Symbol.asyncDispose]: release,
    };
  }
}

interface PromiseWithResolversLike {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolversLike {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function outcome(output: string): ActionOutcome {
  return { observation: { output, exit_code: 0 }, durationMs: 1, info: { action_executed: true } };
}
