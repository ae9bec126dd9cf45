import type { ChecksumPath } from '../../docker/sandbox.ts';
import { pythonSplit, roundToHundredths } from '../intercode-text.ts';
import { errorFunction } from './error-function.ts';
import { posixWords, UnbalancedQuotesError } from './posix-words.ts';
import { tfidfCosine } from './tfidf.ts';

/** One entry of `git status --short`: `??`, `M`, … and a path. */
export interface StatusPair {
  readonly status: string;
  readonly path: string;
}

/** The inputs of the formula, from the agent or from the gold command. */
export interface IntercodeEvidence {
  /** Output of the last action; `null` for a gold command that InterCode cannot run. */
  readonly output: string | null;
  /** Output of `git status --short` in `/`; `null` if it cannot be read to its end. */
  readonly status: string | null;
  /**
   * A digest of the checksum output by path, at least for the paths that both sides changed. `null`: the path cannot be
   * passed to the program, or its contents exceed a bound.
   */
  readonly checksums: ReadonlyMap<string, string | null>;
}

export interface IntercodeReward {
  readonly reward: number;
  /** Whether all three parts are full. The published experiments stop then. */
  readonly success: boolean;
  /** Whether the agent's files could be read. */
  readonly readable: boolean;
  readonly components: {
    readonly file_diff: number;
    readonly file_changes: number;
    readonly answer_similarity: number;
  };
}

/** Of each of the three parts. */
export const WEIGHT = 0.33;
const BASE = 0.01;
const COMPARED = new Set(['A', '??', 'C']);

/** The output split at white space into pairs; `null` for an odd number of words, for which InterCode raises an error. */
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

/**
 * Arguments of the checksum program that InterCode chooses for a path: `md5sum` if the path has a dot, else `md5deep -r`.
 * `null` for unbalanced quotes, for which its code raises an error.
 */
export function checksumPath(path: string): ChecksumPath | null {
  try {
    return { path: posixWords(path).join(' '), recursive: !path.includes('.') };
  } catch (error) {
    if (error instanceof UnbalancedQuotesError) return null;
    throw error;
  }
}

/** Similarity of two outputs, 0 to 1. */
export function outputSimilarity(agent: string, gold: string | null): number {
  if (gold === null) return 0;
  return tfidfCosine(agent, gold) ?? (agent === gold ? 1 : 0);
}

/**
 * The Bash reward of InterCode (Yang et al. 2023, appendix B), rounded as its code rounds:
 * 0.01 + 0.33·(1 − erf(missing + extra)) + 0.33·(same / common) + 0.33·(cosine of TF-IDF vectors).
 * `null` if its code raises an error over the gold's files. If it raises one over the agent's files, or they cannot be read,
 * they do not agree: an agent must not be able to choose that it is not graded.
 */
export function intercodeReward(agent: IntercodeEvidence, gold: IntercodeEvidence): IntercodeReward | null {
  const theirs = gold.status === null ? null : statusPairs(gold.status);
  if (theirs === null) return null;
  const ours = agent.status === null ? null : statusPairs(agent.status);
  const files = ours === null ? UNREADABLE : compareFiles(ours, theirs, agent.checksums, gold.checksums);
  if (files === null) return null;
  const similarity = roundToHundredths(WEIGHT * outputSimilarity(agent.output ?? '', gold.output));
  const { fileDiff, fileChanges } = files;
  return {
    reward: BASE + fileDiff + fileChanges + similarity,
    success: [fileDiff, fileChanges, similarity].every((part) => part === WEIGHT),
    readable: ours !== null,
    components: { file_diff: fileDiff, file_changes: fileChanges, answer_similarity: similarity },
  };
}

const UNREADABLE = { fileDiff: 0, fileChanges: 0 };

type Checksums = IntercodeEvidence['checksums'];

/** The two parts for files; `null` if the gold's cannot be read. */
function compareFiles(
  ours: readonly StatusPair[],
  theirs: readonly StatusPair[],
  agent: Checksums,
  gold: Checksums,
): { readonly fileDiff: number; readonly fileChanges: number } | null {
  const key = ({ status, path }: StatusPair) => `${status} ${path}`;
  const goldKeys = new Set(theirs.map(key));
  const common = ours.filter((pair) => goldKeys.has(key(pair)));
  const different = ours.length + theirs.length - 2 * common.length;
  const fileDiff = roundToHundredths(WEIGHT * (1 - errorFunction(different)));
  const compared = common.filter(({ status }) => COMPARED.has(status));
  if (compared.some(({ path }) => typeof gold.get(path) !== 'string')) return null;
  const same = compared.filter(({ path }) => agent.get(path) === gold.get(path)).length;
  const fileChanges = compared.length === 0 ? WEIGHT : roundToHundredths(WEIGHT * (same / compared.length));
  return { fileDiff, fileChanges };
}
