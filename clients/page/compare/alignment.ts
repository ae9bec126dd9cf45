import type { ShownTurn } from '../episode/timeline.ts';
import { canonicalAction } from './same-action.ts';

/** The turns of two episodes with the same number. */
export interface Pair {
  readonly number: number;
  readonly a?: ShownTurn;
  readonly b?: ShownTurn;
  /** What differs; `null` if nothing does. */
  readonly difference: 'action' | 'observation' | 'reward' | 'length' | null;
}

/** Two episodes step by step. Grades between steps are left out. */
export function aligned(a: readonly ShownTurn[], b: readonly ShownTurn[]): Pair[] {
  const [ofA, ofB] = [stepsOf(a), stepsOf(b)];
  const last = Math.max(0, ...ofA.keys(), ...ofB.keys());
  return Array.from({ length: last }, (_, index) =>
    pairOf(index + 1, ofA.get(index + 1), ofB.get(index + 1)),
  );
}

/** The first line in which two outcomes of a step differ, counted from 1; `null` if no line does. */
export function firstLine({
  a,
  b,
}: Pair): { readonly line: number; readonly a: string; readonly b: string } | null {
  const [ofA, ofB] = [linesOf(a), linesOf(b)];
  const most = Math.max(ofA.length, ofB.length);
  for (let at = 0; at < most; at += 1) {
    if (ofA[at] !== ofB[at]) return { line: at + 1, a: ofA[at] ?? '', b: ofB[at] ?? '' };
  }
  return null;
}

function linesOf(turn: ShownTurn | undefined): string[] {
  if (turn === undefined || !('observation' in turn.event)) return [];
  return turn.event.observation.output.split('\n');
}

function stepsOf(turns: readonly ShownTurn[]): Map<number, ShownTurn> {
  return new Map(turns.filter(({ action }) => action !== null).map((turn) => [turn.step, turn]));
}

function pairOf(number: number, a: ShownTurn | undefined, b: ShownTurn | undefined): Pair {
  if (a === undefined || b === undefined)
    return { number, ...(a && { a }), ...(b && { b }), difference: 'length' };
  return { number, a, b, difference: differenceOf(a, b) };
}

function differenceOf(a: ShownTurn, b: ShownTurn): Pair['difference'] {
  if (canonicalAction(a.action) !== canonicalAction(b.action)) return 'action';
  if (hashOf(a) !== hashOf(b)) return 'observation';
  return a.event.reward === b.event.reward ? null : 'reward';
}

function hashOf({ event }: ShownTurn): string {
  return 'observation_sha256' in event ? event.observation_sha256 : '';
}
