import type { LayerChange, LayerDiff } from '../../docker/sandbox.ts';
import { type Answer, compareAnswers, normalised } from './answer-similarity.ts';

/** The gold command's output and changes. */
export interface NativeGold {
  readonly output: Buffer;
  readonly diff: LayerDiff;
  /** Contents of small files that it leaves, by path, for explanations. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

export interface NativeReward {
  /** 0 to 1. */
  readonly reward: number;
  /** Whether everything agrees; only then is the reward 1. */
  readonly success: boolean;
  /** Their sum is the reward. */
  readonly components: {
    readonly file_diff: number;
    readonly file_changes: number;
    readonly answer_similarity: number;
    /** Deduction for changes that the gold does not make; 0 or below. */
    readonly unwanted_changes: number;
  };
}

/** Folders for scratch files: new files there do not count, unless the gold command makes them too. */
const SCRATCH = ['/tmp/', '/var/tmp/', '/dev/shm/'];
/** Files that programs write as a side effect: no change there counts, unless the gold command makes it too. */
const SIDE_EFFECTS = ['/var/cache/', '/root/.cache/', '/proc/', '/sys/'];
const HISTORIES = new Set(['.bash_history', '.lesshst', '.python_history', '.viminfo', '.wget-hsts']);

/** Weights in twelfths, if the gold both prints and changes files; otherwise one part has them all. */
const WEIGHTS = { kind: 2, state: 6, answer: 4 } as const;

/** Whether a change does not count, unless the gold makes it too. */
export function isNoise({ path, kind }: LayerChange): boolean {
  const below = (folder: string) => path.startsWith(folder) || `${path}/` === folder;
  if (SIDE_EFFECTS.some(below)) return true;
  if (path.startsWith('/root/') && HISTORIES.has(path.slice('/root/'.length))) return true;
  return kind === 'added' && SCRATCH.some(below);
}

/** The state of a path, apart from how it changed. */
const STATE = ['type', 'mode', 'uid', 'gid', 'sha256', 'device', 'attributes', 'link'] as const;

function sameState(a: LayerChange, b: LayerChange): boolean {
  return a.kind === b.kind && STATE.every((part) => a[part] === b[part]);
}

interface FileAgreement {
  /** Of the gold's paths, those that the agent changed in the same way. */
  readonly kinds: number;
  /** Of the gold's paths, those that the agent left in the same state. */
  readonly states: number;
  /** Paths that only the agent changed. */
  readonly unwanted: number;
}

function compareFiles(agent: readonly LayerChange[], gold: readonly LayerChange[]): FileAgreement {
  const wanted = new Map(gold.map((change) => [change.path, change]));
  let [kinds, states, unwanted] = [0, 0, 0];
  for (const change of agent) {
    const other = wanted.get(change.path);
    if (other === undefined) {
      if (!isNoise(change)) unwanted += 1;
      continue;
    }
    if (other.kind === change.kind) kinds += 1;
    if (sameState(other, change)) states += 1;
  }
  return { kinds, states, unwanted };
}

/** Whether a gold command prints anything that an answer can match. */
function prints({ output }: NativeGold): boolean {
  return normalised(output.toString('utf8')) !== '';
}

/** Whether an untouched sandbox without an answer already agrees with the gold. */
export function isNoOp(gold: NativeGold): boolean {
  return gold.diff.changes.length === 0 && !prints(gold);
}

/** Share of the reward for kinds, states and answer; 0 each if there is nothing to reward. */
export function nativeWeights(gold: NativeGold): [kind: number, state: number, answer: number] {
  const wanted = gold.diff.changes.length;
  const answer = prints(gold) ? WEIGHTS.answer : 0;
  const [kind, state] = wanted === 0 ? [0, 0] : [WEIGHTS.kind, WEIGHTS.state];
  const sum = Math.max(1, kind + state + answer);
  return [kind / sum, state / sum, answer / sum];
}

const NOTHING: NativeReward = {
  reward: 0,
  success: false,
  components: { file_diff: 0, file_changes: 0, answer_similarity: 0, unwanted_changes: 0 },
};

/**
 * The native Bash reward: 0 for an untouched sandbox without an answer, 1 for the gold. The README beside this file defines
 * its parts and names their sources. A gold that neither prints nor changes anything has no reward.
 */
export function nativeReward(
  agent: LayerDiff,
  answer: Answer,
  gold: NativeGold,
  instruction: string,
): NativeReward {
  // It is unknown whether the rest agrees.
  if (agent.exceeded !== null) return NOTHING;
  const wanted = gold.diff.changes.length;
  const asked = prints(gold);
  const { kinds, states, unwanted } = compareFiles(agent.changes, gold.diff.changes);
  const similarity = asked ? compareAnswers(answer, gold.output, instruction) : 0;
  const weights = (wanted === 0 ? 0 : WEIGHTS.kind + WEIGHTS.state) + (asked ? WEIGHTS.answer : 0);
  if (weights === 0) return NOTHING;
  const merits = {
    kind: wanted === 0 ? 0 : (WEIGHTS.kind * kinds) / wanted,
    state: wanted === 0 ? 0 : (WEIGHTS.state * states) / wanted,
    answer: asked ? WEIGHTS.answer * similarity : 0,
  };
  // Divide the sum once, so that full shares give exactly 1.
  const merit = (merits.kind + merits.state + merits.answer) / weights;
  const items = wanted + (asked ? 1 : 0);
  const reward = (merit * 2 * items) / (2 * items + unwanted);
  return {
    reward,
    success: reward === 1,
    components: {
      file_diff: merits.kind / weights,
      file_changes: merits.state / weights,
      answer_similarity: merits.answer / weights,
      unwanted_changes: unwanted === 0 ? 0 : reward - merit,
    },
  };
}
