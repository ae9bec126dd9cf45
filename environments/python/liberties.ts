import type { TestError, TestOutcome } from './judge-reply.ts';

const REFUSED: TestError = {
  type: 'NotPlain',
  message: 'it passed by an object, NaN, infinity or a changed argument, where the gold has plain values',
  line: null,
  of: 'solution',
};

/** What of the gold's allows a liberty, beside the same one. */
const LIKE: Readonly<Record<string, string>> = {
  object: 'named',
  own: 'use',
  use: 'own',
  inconsistent: 'object',
};
/**
 * What is taken for asked for where the gold gives no example: objects, uses of those whose class the test names, and
 * numbers without end.
 */
const UNEXAMPLED: ReadonlySet<string> = new Set(['object', 'own', 'infinite']);

/** What needs the gold's example; a named tuple is data. */
function liberties({ passed, liberties: told = [] }: TestOutcome): string[] {
  return passed ? told.filter((liberty) => !liberty.startsWith('named ')) : [];
}

/** Whether a test passed by something that needs the gold's example. */
export function tookLiberties(test: TestOutcome): boolean {
  return liberties(test).length > 0;
}

/**
 * A test's outcome in the light of the gold's: what a solution's answers are beyond plain data, the gold's have to be in
 * the same place.
 */
export function heldAgainst(test: TestOutcome, gold: TestOutcome | undefined): TestOutcome {
  const given = gold?.passed ? new Set(gold.liberties) : null;
  const isAllowed = (liberty: string) => {
    const [kind = '', ...rest] = liberty.split(' ');
    if (given === null) return UNEXAMPLED.has(kind);
    if (given.has(liberty)) return true;
    const like = LIKE[kind];
    return like !== undefined && given.has([like, ...rest].join(' '));
  };
  if (liberties(test).every(isAllowed)) return test;
  const { value: _, ...failed } = test;
  return { ...failed, passed: false, error: REFUSED };
}
