import { SandboxError } from '../../docker/errors.ts';
import type { ChosenTask, EnvironmentEpisode, Grade, Task } from '../../environments/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FakeEnvironment } from '../server/fake-environment.ts';

/** A way in which an environment breaks the contract. */
export type Defect =
  | 'two tasks have one id'
  | 'has a field of its own'
  | 'fails where code fails'
  | 'plays another task'
  | 'takes no reward mode'
  | 'begins at random'
  | 'draws the first task'
  | 'doubts the gold'
  | 'rewards nothing'
  | 'rewards a wrong answer'
  | 'rewards below zero'
  | 'keeps what was solved'
  | 'keeps the count'
  | 'shares the count'
  | 'grades once'
  | 'cannot grade in between'
  | 'forgets the last turn'
  | 'forgets the end by time'
  | 'counts twice'
  | 'shows a number of its own'
  | 'lists semantics it lacks'
  | 'hides faults';

/** What is kept of one episode. */
interface Kept {
  readonly options: ResetOptions;
  last: string;
  graded: boolean;
  count: number;
}

const GOLD = 'gold';

function refuse(field: string): never {
  throw new ProtocolError('invalid_params', `${field}: not here`, {
    issues: [{ field, code: 'invalid', message: 'not here' }],
  });
}

/**
 * The smallest environment that keeps the contract. Its language: `echo X`, `false`, which fails, and `count from 0`, `count up`,
 * `count`, a count in the session. Every task is solved by printing gold. With a defect it breaks the contract in one way.
 */
export class SmallEnvironment extends FakeEnvironment {
  readonly #defect: Defect | null;
  #dead = 0;
  #solved = false;
  #begun = 0;
  #count = 0;

  constructor(defect: Defect | null = null) {
    super('small-v1', 3);
    this.#defect = defect;
  }

  override get info() {
    const semantics = this.#defect === 'lists semantics it lacks' ? ['native', 'intercode'] : ['native'];
    return { ...super.info, semantics };
  }

  /** The next actions meet dead sandboxes. */
  kill(sandboxes = 1): void {
    this.#dead = sandboxes;
  }

  override tasks(dataset: string | undefined): readonly Task[] {
    const tasks = super.tasks(dataset);
    if (this.#defect !== 'two tasks have one id') return tasks;
    return tasks.map((task) => ({ ...task, id: 'task-0' }));
  }

  override choose(options: ResetOptions, seed: number): ChosenTask {
    this.tasks(options.dataset);
    if (this.#defect === 'takes no reward mode' && options.reward !== undefined) refuse('reward');
    if (options.semantics === 'intercode')
      throw new ProtocolError('unsupported', 'It has native semantics only.');
    if (this.#defect === 'plays another task') return super.choose({}, seed);
    return super.choose(options, this.#defect === 'draws the first task' ? 0 : seed);
  }

  override async reset(task: Task, options: ResetOptions): Promise<EnvironmentEpisode> {
    const played = await super.reset(task, options);
    const kept: Kept = { options, last: '', graded: false, count: 0 };
    if (this.#defect === 'keeps the count') kept.count = this.#count;
    this.#begun += 1;
    const begun = this.#defect === 'begins at random' ? ` (${this.#begun})` : '';
    return {
      ...played,
      initial: { observation: { output: `${task.instruction}${begun}` }, durationMs: 1 },
      act: async ({ code }) => ({ observation: this.#observed(code, kept), durationMs: 1 }),
      grade: async ({ answer, final }) => this.#graded(answer ?? kept.last.trim(), final, kept),
    };
  }

  #observed(code: string, kept: Kept) {
    if (this.#dead > 0 && this.#defect !== 'hides faults') {
      this.#dead -= 1;
      throw new SandboxError('died', 'The sandbox died.');
    }
    if (code === 'false' && this.#defect === 'fails where code fails') throw new Error('false');
    kept.last = this.#run(code, kept);
    this.#count = kept.count;
    const number = this.#defect === 'shows a number of its own' ? `${this.#begun}\n` : '';
    const field = this.#defect === 'has a field of its own' ? { mood: 'good' } : {};
    return { output: `${kept.last}${number}`, exit_code: code === 'false' ? 1 : 0, ...field };
  }

  #run(code: string, kept: Kept): string {
    if (this.#defect === 'shares the count') kept.count = this.#count;
    if (code === 'count from 0') kept.count = 0;
    if (code === 'count up') kept.count += this.#defect === 'counts twice' ? 2 : 1;
    if (code === 'count') return `${kept.count}\n`;
    return code.startsWith('echo ') ? `${code.slice('echo '.length)}\n` : '';
  }

  #graded(answer: string, final: boolean, kept: Kept): Grade {
    const reward = this.#reward(answer, final, kept);
    kept.graded = true;
    return { reward, success: reward === 1, components: { match: reward }, durationMs: 1 };
  }

  #reward(answer: string, final: boolean, { options, graded }: Kept): number {
    const isSolved = answer === GOLD;
    switch (this.#defect) {
      case 'doubts the gold':
        return isSolved ? 0.5 : 0;
      case 'rewards nothing':
        return answer === '' ? 0.25 : Number(isSolved);
      case 'rewards a wrong answer':
        return Number(answer !== '');
      case 'rewards below zero':
        return answer === 'silver' ? -1 : Number(isSolved);
      case 'keeps what was solved':
        this.#solved ||= isSolved;
        return Number(this.#solved);
      case 'grades once':
        return graded ? 0 : Number(isSolved);
      case 'cannot grade in between':
        if (!final) throw new Error('only at the end');
        return Number(isSolved);
      case 'forgets the last turn':
        return options.max_turns === undefined ? Number(isSolved) : 0;
      case 'forgets the end by time':
        return options.max_duration_ms === undefined ? Number(isSolved) : 0;
      default:
        return Number(isSolved);
    }
  }
}
