import { createHash } from 'node:crypto';
import type { RunResult } from '../../docker/sandbox.ts';

/** The agent's answer: the text that it submitted, or the last output that is not blank (`null` if there is none). */
export type Answer = string | Pick<RunResult, 'output' | 'truncatedBytes' | 'sha256'> | null;

/** Maximum score of an answer that differs from the gold's, e.g. the right lines in another order. */
const NOT_EQUAL = 0.75;
/** Texts above this many bytes are only compared for equality: a comparison of words would block the server. */
const MOST_COMPARED = 256 * 1024;
/** Characters that end a word. Signs of numbers and paths belong to the word. */
const BETWEEN_WORDS = /[\s,;:|="'`()[\]{}<>]+/u;
const WORD_END = '.?!';
const LINE_FEED = 0x0a;

/** Whether a character is white space other than a line feed. */
function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== LINE_FEED);
}

/** A text without certain characters at its end. A pattern would take quadratic time for a long run of them. */
function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/**
 * A text without white space at line ends and without blank lines at both ends. `null` if more than `most` characters are
 * left: a text may have millions of lines, and other episodes wait meanwhile.
 */
export function normalised(text: string): string;
export function normalised(text: string, most: number): string | null;
export function normalised(text: string, most = Number.POSITIVE_INFINITY): string | null {
  let end = text.length;
  while (end > 0 && (isBlank(text.charCodeAt(end - 1)) || text.charCodeAt(end - 1) === LINE_FEED)) end -= 1;
  let from = 0;
  let at = 0;
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED) from = at + 1;
    else if (!isBlank(code)) break;
  }
  let left = '';
  for (; at < end; at += 1) {
    if (text.charCodeAt(at) !== LINE_FEED) continue;
    let lineEnd = at;
    while (lineEnd > from && isBlank(text.charCodeAt(lineEnd - 1))) lineEnd -= 1;
    if (lineEnd < at) {
      left += text.slice(from, lineEnd);
      from = at;
    }
    if (left.length + at - from > most) return null;
  }
  return left.length + end - from > most ? null : left + text.slice(from, end);
}

function wordsOf(text: string): string[] {
  return text
    .split(BETWEEN_WORDS)
    .map((word) => withoutEnd(word, WORD_END))
    .filter((word) => word !== '');
}

function counts(items: Iterable<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const item of items) found.set(item, (found.get(item) ?? 0) + 1);
  return found;
}

/** Intersection over union of two multisets (the Jaccard index); 0 if both are empty. */
function overlap(left: readonly string[], right: readonly string[]): number {
  const [ours, theirs] = [counts(left), counts(right)];
  let common = 0;
  for (const [item, count] of ours) common += Math.min(count, theirs.get(item) ?? 0);
  return common === 0 ? 0 : common / (left.length + right.length - common);
}

/**
 * Similarity of an answer to the gold's output, 0 to 1; 1 only for the same text. Any other gets at most 0.75: the mean of
 * the Jaccard indices of lines and of words. Words of the instruction, and lines of only such words, do not count.
 */
export function answerSimilarity(answer: string, gold: string, instruction: string): number {
  const right = normalised(gold);
  const left = normalised(answer, Math.max(right.length, MOST_COMPARED));
  if (left === right) return 1;
  if (left === null || Math.max(left.length, right.length) > MOST_COMPARED) return 0;
  const told = new Set(wordsOf(instruction));
  const news = (text: string) => wordsOf(text).filter((word) => !told.has(word));
  const lines = (text: string) => text.split('\n').filter((line) => news(line).length > 0);
  return NOT_EQUAL * 0.5 * (overlap(lines(left), lines(right)) + overlap(news(left), news(right)));
}

/** Whether an output whose middle was dropped equals the gold's, by the digest of the whole output. */
function sameWhole(kept: Exclude<Answer, string | null>, gold: Buffer): boolean {
  if (kept.output.length + kept.truncatedBytes !== gold.length) return false;
  return kept.sha256 === createHash('sha256').update(gold).digest('hex');
}

/** Similarity of an episode's answer to the gold's output, 0 to 1. */
export function compareAnswers(answer: Answer, gold: Buffer, instruction: string): number {
  if (answer === null) return 0;
  const wanted = gold.toString('utf8');
  if (typeof answer === 'string') return answerSimilarity(answer, wanted, instruction);
  const { output, truncatedBytes } = answer;
  if (truncatedBytes > 0 && sameWhole(answer, gold)) return 1;
  const similarity = answerSimilarity(output.toString('utf8'), wanted, instruction);
  // Texts with other bytes, or with a dropped part, are not known to be equal.
  const known = truncatedBytes === 0 && (similarity < 1 || sameBytes(output, gold));
  return known ? similarity : Math.min(similarity, NOT_EQUAL);
}

/** Whether two outputs have the same bytes except white space. As texts they may have lost bytes that are not UTF-8. */
function sameBytes(left: Buffer, right: Buffer): boolean {
  return left.equals(right) || normalised(left.toString('latin1')) === normalised(right.toString('latin1'));
}
