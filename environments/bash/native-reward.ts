import type { LayerChange, RunResult } from '../../docker/sandbox.ts';

/** What the native reward looks at, of the agent or of the gold command. */
export interface NativeEvidence {
  readonly changes: readonly LayerChange[];
}

/** What the gold command printed and changed. */
export interface NativeGold extends NativeEvidence {
  readonly output: Buffer;
}

/** The agent's answer: text that it submitted, or the last output that was not blank (`null` for none). */
export type Answer = string | Pick<RunResult, 'output' | 'truncatedBytes' | 'truncatedAt'> | null;

export interface NativeReward {
  readonly reward: number;
  readonly components: {
    readonly file_diff: number;
    readonly file_changes: number;
    readonly answer_similarity: number;
  };
}

/** Folders for scratch files: new files there do not count, unless the gold command makes them too. */
const SCRATCH = ['/tmp/', '/var/tmp/', '/dev/shm/'];
/** What programs write on the side: no change there counts, unless the gold command makes it too. */
const SIDE_EFFECTS = ['/var/cache/', '/root/.cache/', '/proc/', '/sys/'];
const HISTORIES = new Set(['.bash_history', '.lesshst', '.python_history', '.viminfo', '.wget-hsts']);

function isNoise({ path, kind }: LayerChange): boolean {
  const below = (folder: string) => path.startsWith(folder) || `${path}/` === folder;
  if (SIDE_EFFECTS.some(below)) return true;
  if (path.startsWith('/root/') && HISTORIES.has(path.slice('/root/'.length))) return true;
  return kind === 'added' && SCRATCH.some(below);
}

function sameState(a: LayerChange, b: LayerChange): boolean {
  return a.kind === b.kind && a.type === b.type && a.mode === b.mode && a.sha256 === b.sha256;
}

/** Shares of agreement, 0 to 1. */
function compareChanges(agent: readonly LayerChange[], gold: readonly LayerChange[]) {
  const wanted = new Map(gold.map((change) => [change.path, change]));
  const counted = agent.filter((change) => wanted.has(change.path) || !isNoise(change));
  let found = 0;
  let right = 0;
  for (const change of counted) {
    const other = wanted.get(change.path);
    if (other === undefined) continue;
    if (other.kind === change.kind) found += 1;
    if (sameState(other, change)) right += 1;
  }
  const all = counted.length + wanted.size - found;
  return {
    fileDiff: all === 0 ? 1 : found / all,
    fileChanges: wanted.size === 0 ? 1 : right / wanted.size,
  };
}

/** White space at the ends of lines and blank lines at both ends say nothing. */
function normalised(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== '');
  return lines.slice(Math.max(first, 0), lines.findLastIndex((line) => line !== '') + 1).join('\n');
}

/** Words and numbers whole, every other visible character for itself. */
const TOKENS = /[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu;

function tokenCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [token] of text.matchAll(TOKENS)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

function cosine(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const squares = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, count) => sum + count * count, 0);
  const dot = [...a].reduce((sum, [token, count]) => sum + count * (b.get(token) ?? 0), 0);
  return dot === 0 ? 0 : dot / Math.sqrt(squares(a) * squares(b));
}

/** The most that an answer can get which is not the gold's: right words in another order, other spacing. */
const NOT_EQUAL = 0.9;

/** Similarity of an answer to the gold's output, 0 to 1; 1 only for the same text. */
export function answerSimilarity(answer: string, gold: string): number {
  const [left, right] = [normalised(answer), normalised(gold)];
  return left === right ? 1 : NOT_EQUAL * cosine(tokenCounts(left), tokenCounts(right));
}

/** Whether an output of which the middle was dropped has the length, head and tail of the gold's. */
function sameWhereKept(
  kept: { readonly output: Buffer; readonly truncatedBytes: number; readonly truncatedAt: number },
  gold: Buffer,
): boolean {
  const { output, truncatedBytes, truncatedAt } = kept;
  if (output.length + truncatedBytes !== gold.length) return false;
  const head = output.subarray(0, truncatedAt);
  const tail = output.subarray(truncatedAt);
  return gold.subarray(0, head.length).equals(head) && gold.subarray(gold.length - tail.length).equals(tail);
}

function compareAnswers(answer: Answer, gold: Buffer): number {
  const wanted = gold.toString('utf8');
  if (normalised(wanted) === '') return 1;
  if (answer === null) return 0;
  if (typeof answer === 'string') return answerSimilarity(answer, wanted);
  if (answer.truncatedBytes > 0 && sameWhereKept(answer, gold)) return 1;
  const similarity = answerSimilarity(answer.output.toString('utf8'), wanted);
  return answer.truncatedBytes > 0 ? Math.min(similarity, NOT_EQUAL) : similarity;
}

/**
 * The native Bash reward: the mean of three shares of agreement with the gold command. Each component is its share of
 * the reward, 0 to 1/3. See the README beside this file for what they mean.
 */
export function nativeReward(agent: NativeEvidence, answer: Answer, gold: NativeGold): NativeReward {
  const { fileDiff, fileChanges } = compareChanges(agent.changes, gold.changes);
  const similarity = compareAnswers(answer, gold.output);
  return {
    // One division of the sum, so that three full shares are exactly 1.
    reward: (fileDiff + fileChanges + similarity) / 3,
    components: {
      file_diff: fileDiff / 3,
      file_changes: fileChanges / 3,
      answer_similarity: similarity / 3,
    },
  };
}
