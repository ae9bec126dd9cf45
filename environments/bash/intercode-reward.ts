import { pythonSplit, roundToHundredths } from '../python-text.ts';
import { errorFunction } from './error-function.ts';
import { tfidfCosine } from './tfidf.ts';

/** One entry of `git status --short`: `??`, `M`, … and a path. */
export interface StatusPair {
  readonly status: string;
  readonly path: string;
}

/** What the formula looks at, of the agent or of the gold command. */
export interface IntercodeEvidence {
  /** Output of the last action; `null` for a gold command that InterCode cannot run. */
  readonly output: string | null;
  /** Output of `git status --short` in `/`. */
  readonly status: string;
  /** Checksum output by path, at least of the paths that both sides changed. `null`: the path cannot be given. */
  readonly checksums: ReadonlyMap<string, string | null>;
}

export interface IntercodeReward {
  readonly reward: number;
  readonly components: {
    readonly file_diff: number;
    readonly file_changes: number;
    readonly answer_similarity: number;
  };
}

const WEIGHT = 0.33;
const BASE = 0.01;
const COMPARED = new Set(['A', '??', 'C']);

/** The output split at white space into pairs; `null` for an odd number of words, where InterCode raises. */
export function statusPairs(output: string): StatusPair[] | null {
  const words = pythonSplit(output);
  if (words.length % 2 !== 0) return null;
  const pairs = new Map<string, StatusPair>();
  for (let at = 0; at < words.length; at += 2) {
    const [status, path] = [words[at] ?? '', words[at + 1] ?? ''];
    pairs.set(`${status} ${path}`, { status, path });
  }
  return [...pairs.values()];
}

/** Paths of the output whose content the reward may compare. */
export function comparedPaths(output: string): string[] {
  return (statusPairs(output) ?? []).filter(({ status }) => COMPARED.has(status)).map(({ path }) => path);
}

/** The checksum command of a path, as InterCode chooses it. */
export function checksumCommand(path: string): string {
  return path.includes('.') ? `md5sum ${path}` : `md5deep -r ${path}`;
}

/** Similarity of two outputs, 0 to 1. */
export function outputSimilarity(agent: string, gold: string | null): number {
  if (gold === null) return 0;
  return tfidfCosine(agent, gold) ?? (agent === gold ? 1 : 0);
}

/** A list of checksums says the same in any order: folders are read in the order of the file system. */
function sortedLines(text: string): string {
  return text.split('\n').sort().join('\n');
}

/**
 * The Bash reward of InterCode (Yang et al. 2023, appendix B), rounded as its code rounds:
 * 0.01 + 0.33·(1 − erf(missing + extra)) + 0.33·(same / common) + 0.33·(cosine of TF-IDF vectors).
 * `null` where its code raises.
 */
export function intercodeReward(agent: IntercodeEvidence, gold: IntercodeEvidence): IntercodeReward | null {
  const ours = statusPairs(agent.status);
  const theirs = statusPairs(gold.status);
  if (ours === null || theirs === null) return null;
  const key = ({ status, path }: StatusPair) => `${status} ${path}`;
  const goldKeys = new Set(theirs.map(key));
  const common = ours.filter((pair) => goldKeys.has(key(pair)));
  const different = ours.length + theirs.length - 2 * common.length;
  const fileDiff = roundToHundredths(WEIGHT * (1 - errorFunction(different)));

  const compared = common.filter(({ status }) => COMPARED.has(status));
  let same = 0;
  for (const { path } of compared) {
    const [left, right] = [agent.checksums.get(path), gold.checksums.get(path)];
    if (typeof left !== 'string' || typeof right !== 'string') return null;
    if (sortedLines(left) === sortedLines(right)) same += 1;
  }
  const fileChanges = compared.length === 0 ? WEIGHT : roundToHundredths(WEIGHT * (same / compared.length));

  const similarity = roundToHundredths(WEIGHT * outputSimilarity(agent.output ?? '', gold.output));
  return {
    reward: BASE + fileDiff + fileChanges + similarity,
    components: { file_diff: fileDiff, file_changes: fileChanges, answer_similarity: similarity },
  };
}
