import type { Observation, StepResult, TaskRef } from '../../../protocol/episode.ts';
import type { Restored } from '../../../protocol/fork.ts';
import type { Live } from '../connection/live.ts';
import type { Server } from '../connection/server.ts';
import { EpisodeReader } from '../episode/reader.ts';
import { turnsOf } from '../episode/timeline.ts';
import { rewardText } from '../parts/format.ts';
import { Store } from '../parts/store.ts';

/** What the terminal of a session has shown. */
export interface Shown {
  readonly kind: 'input' | 'output' | 'note';
  readonly text: string;
}

/** Where a fork began. */
export interface Origin extends Restored {
  /** Path of the other trajectory. */
  readonly path: string;
  readonly step: number;
}

export interface SessionFacts {
  readonly id: string;
  readonly token: string;
  readonly environment: string;
  readonly task: TaskRef;
  readonly cwd: string;
  readonly origin?: Origin;
}

/** An episode that is played in this page. */
export class PlaySession extends Store {
  readonly facts: SessionFacts;
  /** What its trajectory has, explanations included. */
  readonly reader: EpisodeReader;
  readonly shown: Shown[] = [];
  /** A request is running. */
  busy = false;
  over = false;
  steps = 0;
  reward: number | null = null;
  problem: unknown = null;
  #cwd: string;
  readonly #server: Server;

  constructor(server: Server, live: Live, facts: SessionFacts) {
    super();
    this.#server = server;
    this.facts = facts;
    this.#cwd = facts.cwd;
    this.reader = new EpisodeReader(server, live, facts.id);
    this.note(facts.task.instruction);
  }

  get prompt(): string {
    const { environment } = this.facts;
    if (environment.startsWith('python')) return '>>> ';
    if (environment.startsWith('sql')) return 'sql> ';
    return `${this.#cwd} $ `;
  }

  note(text: string): void {
    this.#show('note', text);
  }

  /** Show the steps that a fork begins with. */
  showPast(): void {
    for (const { action, event, step } of turnsOf(this.reader.entries)) {
      if (action === null) continue;
      const text = 'code' in action ? action.code : 'submit' in action ? 'submit' : JSON.stringify(action);
      this.#show('input', text);
      if ('observation' in event) this.#observe(event.observation);
      this.steps = step;
    }
    const { origin } = this.facts;
    if (origin === undefined) return;
    const lost =
      origin.not_carried.length === 0 ? '' : ` Not carried over: ${origin.not_carried.join(', ')}.`;
    const exact = origin.exact ? '' : ' An observation differed from the recorded one.';
    this.note(`Forked after step ${origin.step}, by ${origin.how}.${exact}${lost} Type on.`);
  }

  /** Make a step of a line: `submit` and `skip` mean what the protocol says. */
  async run(line: string): Promise<void> {
    this.#show('input', line);
    await this.#step(line);
  }

  /** @param answer @default the last output */
  async submit(answer: string | undefined): Promise<void> {
    this.#show('input', answer === undefined ? 'submit' : `submit ${answer}`);
    await this.#step(answer === undefined ? { submit: true } : { submit: true, answer });
  }

  /** Take the last step back. */
  async undo(): Promise<void> {
    await this.#during(async () => {
      const { step_count } = await this.#server.call('episode/undo', { episode_id: this.facts.id });
      this.steps = step_count;
      this.note(`Step ${step_count + 1} is taken back.`);
    });
  }

  /** After a lost connection: the episode is still there for a while. */
  async resume(): Promise<void> {
    if (this.over) return;
    await this.#during(async () => {
      const { step_count } = await this.#server.call('episode/resume', { resume_token: this.facts.token });
      this.steps = step_count;
      this.note('The connection is back.');
    });
  }

  async close(): Promise<void> {
    await this.#server.call('episode/close', { episode_id: this.facts.id }).catch(() => {});
  }

  async #step(action: string | { submit: true; answer?: string }): Promise<void> {
    await this.#during(async () => {
      const step = this.steps + 1;
      this.#take(await this.#server.call('episode/step', { episode_id: this.facts.id, step, action }));
    });
  }

  async #during(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    this.changed();
    try {
      await work();
    } catch (error) {
      this.problem = error;
      this.note(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy = false;
      this.changed();
      this.reader.look();
    }
  }

  #take({ failure, info, observation, reward, step, terminated, truncated }: StepResult): void {
    this.steps = step;
    this.#observe(observation);
    this.reward = reward ?? this.reward;
    this.over = terminated || truncated;
    if (failure !== null) this.note(`A fault of the infrastructure ended the episode: ${failure.message}`);
    else if (this.over) {
      const how = info.limit === undefined ? 'The episode is over' : `The limit of ${info.limit} is reached`;
      this.note(`${how}: reward ${rewardText(reward)}.`);
    } else if (reward !== null) this.note(`Reward so far: ${rewardText(reward)}.`);
  }

  #observe({ cwd, exit_code: exit, output }: Observation): void {
    if (typeof cwd === 'string') this.#cwd = cwd;
    if (output !== '') this.#show('output', output);
    if (typeof exit === 'number' && exit !== 0) this.note(`exit status ${exit}`);
  }

  #show(kind: Shown['kind'], text: string): void {
    this.shown.push({ kind, text });
    this.changed();
  }
}
