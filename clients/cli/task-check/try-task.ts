import type { TriedTask } from '../../../environments/task-trials.ts';
import { CheatPlayer } from '../../cheats/cheat-play.ts';
import type { CheatScript } from '../../cheats/cheat-script.ts';
import { boundText } from '../../cheats/reward-bound.ts';
import type { StepwellClient } from '../../typescript/client.ts';
import { TaskUngradableError } from '../../typescript/errors.ts';
import { type Attempt, Attempts } from './attempts.ts';
import type { Problem, Requirement, TaskVerdict } from './verdict.ts';

/** A task of a dataset, and how to play it. */
export interface TaskToTry {
  readonly environment: string;
  readonly dataset: string;
  readonly task: TriedTask;
  /** Cheats of the environment to play, too. */
  readonly gallery: readonly CheatScript[];
}

/** The content of the image that an episode of a task gets, and its engine. */
export interface PlayedOn {
  readonly engine: string;
  readonly digest: string;
}

/** Deadline of a gold without a limit of its own, and of wrong answers and cheats, in milliseconds. */
const CODE_MS = 45_000;
/** Rewards that differ by less are the same. */
const SAME = 1e-6;
/** A wrong answer must score less than the gold by this much. */
const LESS = 0.001;

/**
 * Play all that a task must keep: no-op and gold twice, each wrong answer, each cheat.
 * @param isKnown whether the result on this image is known already
 * @returns `null` if it is known
 * @throws {Fault} on a fault of the infrastructure
 */
export async function tryTask(
  client: StepwellClient,
  { environment, dataset, task, gallery }: TaskToTry,
  isKnown: (on: PlayedOn) => boolean,
): Promise<{ readonly verdict: TaskVerdict; readonly on: PlayedOn | null } | null> {
  const attempts = new Attempts(client, { environment, dataset, index: task.index });
  let on: PlayedOn | null = null;
  try {
    const episode = await attempts.begin();
    const { engine, image } = episode.info;
    on = { engine, digest: image.digest };
    await episode.close();
    if (isKnown(on)) return null;
    const player = new CheatPlayer(client, { environment, dataset, include_ungradable: true });
    return { on, verdict: await new Trial(task, attempts).run(player, gallery) };
  } catch (error) {
    if (!(error instanceof TaskUngradableError)) throw error;
    const { reason } = error.details;
    const seen = typeof reason === 'string' ? reason : error.message;
    return { on, verdict: { ...NOTHING, ...nameOf(task), problems: [problem('begins', seen)] } };
  }
}

const NOTHING = { noOp: null, gold: null, wrong: [], cheats: [], gradeMs: 0 } as const;

const REMEDIES: Readonly<Record<Requirement, string>> = {
  begins: 'correct what the reason names',
  'no-op': 'let the tests ask for something that the untouched image lacks',
  gold: 'correct the solution or the tests',
  wrong: 'let the tests tell it from the solution, or remove it',
  cheats: 'close the hole in the tests',
  again: 'remove what depends on time, chance, order or the network',
  verifier: 'make the tests faster, or give them more time ([verifier] timeout_sec)',
};

function problem(requirement: Requirement, seen: string, remedy = REMEDIES[requirement]): Problem {
  return { requirement, seen: seen.replace(/\.$/, ''), remedy };
}

function nameOf({ id, index }: TriedTask) {
  return { id, index };
}

/** One task while it is played. */
class Trial {
  readonly #task: TriedTask;
  readonly #attempts: Attempts;
  readonly #problems: Problem[] = [];
  #gradeMs = 0;

  constructor(task: TriedTask, attempts: Attempts) {
    this.#task = task;
    this.#attempts = attempts;
  }

  async run(player: CheatPlayer, gallery: readonly CheatScript[]): Promise<TaskVerdict> {
    const noOp = await this.#noOp();
    const gold = await this.#gold();
    const wrong: (number | null)[] = [];
    for (const code of this.#task.wrong) wrong.push(await this.#wrong(code, wrong.length + 1));
    const cheats: (number | null)[] = [];
    for (const code of this.#task.cheats) cheats.push(await this.#cheat(code, cheats.length + 1, noOp ?? 0));
    for (const script of gallery) {
      const { verdict, reward, reason } = await player.play(this.#task, script);
      if (verdict === 'skipped') continue;
      cheats.push(reward);
      if (verdict === 'held') continue;
      this.#say('cheats', `the cheat ${script.name} must score ${boundText(script.score)}: ${reason}`);
    }
    return {
      ...nameOf(this.#task),
      noOp,
      gold,
      wrong,
      cheats,
      gradeMs: this.#gradeMs,
      problems: this.#problems,
    };
  }

  async #noOp(): Promise<number | null> {
    const first = await this.#played([]);
    const { reward } = first;
    const { noOpReward = 0 } = this.#task.trial;
    if (reward === null) this.#say('no-op', `a no-op has no reward${because(first)}`, REMEDIES.gold);
    else if (Math.abs(reward - noOpReward) > SAME) {
      const declared = reward > noOpReward && reward < 1 ? ', or declare it ([stepwell] no_op_reward)' : '';
      this.#say('no-op', `a no-op scores ${reward}, not ${noOpReward}`, `${REMEDIES['no-op']}${declared}`);
    } else this.#same('a no-op', first, await this.#played([]));
    return reward;
  }

  async #gold(): Promise<number | null> {
    const { gold, goldReward, trial } = this.#task;
    if (trial.hasGold === false) {
      this.#say(
        'gold',
        'the task has no solution',
        'add one: without it nothing shows that the task can be solved',
      );
      return null;
    }
    const { goldParts = [gold] } = trial;
    const first = await this.#played(goldParts, trial.agentMs);
    const { reward, success } = first;
    if (reward === null) this.#say('gold', `the solution has no reward${because(first)}`);
    else if (Math.abs(reward - goldReward) > SAME || !success) {
      this.#say('gold', `the solution scores ${reward}, not ${goldReward}${because(first)}`);
    } else this.#same('the solution', first, await this.#played(goldParts, trial.agentMs));
    return reward;
  }

  async #wrong(code: string, number: number): Promise<number | null> {
    const played = await this.#played([code]);
    const { reward, success } = played;
    if (reward === null) this.#say('wrong', `wrong answer ${number} has no reward${because(played)}`);
    else if (reward > this.#task.goldReward - LESS || success) {
      this.#say('wrong', `wrong answer ${number} scores ${reward}`);
    }
    return reward;
  }

  async #cheat(code: string, number: number, noOp: number): Promise<number | null> {
    const { as } = this.#task;
    // A verifier that a cheat slows down is no fault of the task.
    const { reward } = await this.#attempts.play([code], { as, deadlineMs: CODE_MS });
    if (reward !== null && reward > noOp + SAME) {
      this.#say('cheats', `cheat ${number} scores ${reward}, more than a no-op (${noOp})`);
    }
    return reward;
  }

  async #played(code: readonly string[], deadlineMs = CODE_MS): Promise<Attempt> {
    const { as, trial } = this.#task;
    const played = await this.#attempts.play(code, { as, deadlineMs });
    for (const [part, ms] of played.gradesMs.entries()) {
      this.#gradeMs = Math.max(this.#gradeMs, ms);
      const limit = trial.verifierMs?.[part];
      if (limit === undefined || ms < limit || this.#has('verifier')) continue;
      this.#say('verifier', `a grade takes ${seconds(ms)} of ${seconds(limit)}`);
    }
    return played;
  }

  #same(what: string, first: Attempt, again: Attempt): void {
    if (again.reward === first.reward && isDeepSame(first.components, again.components)) return;
    this.#say('again', `${what} scores ${textOf(first)}, then ${textOf(again)}${because(again)}`);
  }

  #has(requirement: Requirement): boolean {
    return this.#problems.some((one) => one.requirement === requirement);
  }

  #say(requirement: Requirement, seen: string, remedy?: string): void {
    this.#problems.push(problem(requirement, seen, remedy));
  }
}

function isDeepSame(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => Math.abs((one[name] ?? Number.NaN) - (other[name] ?? Number.NaN)) < SAME);
}

function textOf({ reward, components }: Attempt): string {
  const parts = Object.entries(components).map(([name, value]) => `${name} ${value}`);
  return parts.length < 2 ? String(reward) : `${reward} (${parts.join(', ')})`;
}

function because({ reason }: Attempt): string {
  return reason === null ? '' : `: ${reason}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
