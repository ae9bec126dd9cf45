import type { EpisodeState } from '../../protocol/episode.ts';
import type { EndedEpisode, EpisodeChange, LiveEpisode, UpdateNote } from '../../protocol/watch.ts';

/** An open episode, as far as it is shown. */
export interface Watched {
  state(): EpisodeState;
  /** Who plays it. @default nobody says */
  readonly client?: string | null;
  readonly tags?: readonly string[];
}

/** Maximum new episodes of one update, so that its size is bounded. */
const MAX_OPENED = 500;
/** Maximum characters of an instruction. */
const MAX_INSTRUCTION = 200;

/** What one watcher was told of an episode last. */
interface Told {
  status: string;
  steps: number;
  reward: number | null;
}

/** What one watcher knows of the open episodes. Each update has what has changed since the one before. */
export class LiveView {
  /** By the episode itself, as an id may be used again. */
  readonly #told = new Map<Watched, Told>();

  /** @returns `null` if nothing has changed */
  update(open: ReadonlySet<Watched>): Omit<UpdateNote, 'sample'> | null {
    const ended = this.#ended(open);
    const opened: LiveEpisode[] = [];
    const changed: EpisodeChange[] = [];
    for (const episode of open) {
      const told = this.#told.get(episode);
      if (told === undefined) {
        if (opened.length < MAX_OPENED) opened.push(this.#open(episode));
        continue;
      }
      const state = episode.state();
      if (
        state.step_count === told.steps &&
        state.status === told.status &&
        state.last_reward === told.reward
      )
        continue;
      this.#tell(episode, state);
      changed.push(changeOf(state));
    }
    return opened.length + changed.length + ended.length === 0 ? null : { opened, changed, ended };
  }

  #ended(open: ReadonlySet<Watched>): EndedEpisode[] {
    const ended: EndedEpisode[] = [];
    for (const episode of this.#told.keys()) {
      if (open.has(episode)) continue;
      this.#told.delete(episode);
      const state = episode.state();
      const { failure, terminated, truncated } = state;
      ended.push({ ...changeOf(state), terminated, truncated, failure: failure?.code ?? null });
    }
    return ended;
  }

  #open(episode: Watched): LiveEpisode {
    const state = episode.state();
    this.#tell(episode, state);
    const { age_ms, environment, task } = state;
    const { client = null, tags = [] } = episode;
    const instruction = task.instruction.slice(0, MAX_INSTRUCTION);
    const about = { environment, dataset: task.dataset, task: task.id, instruction, client, tags: [...tags] };
    return { ...changeOf(state), ...about, age_ms };
  }

  #tell(episode: Watched, { last_reward, status, step_count }: EpisodeState): void {
    this.#told.set(episode, { status, steps: step_count, reward: last_reward });
  }
}

function changeOf({ episode_id, last_reward, status, step_count }: EpisodeState): EpisodeChange {
  return { episode_id, status, step_count, reward: last_reward };
}
