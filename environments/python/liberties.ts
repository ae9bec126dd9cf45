import type { TestError, TestOutcome } from './judge-reply.ts';

const REFUSED: TestError = {
  type: 'NotPlain',
  message: 'it passed by an object, NaN, infinity or a changed argument, where the gold has plain values',
  line: null,
  of: 'solution',
};

/** Other notes of the gold that allow a note, besides the same one. */
const LIKE: Readonly<Record<string, string>> = {
  object: 'named',
  own: 'use',
  use: 'own',
  inconsistent: 'object',
};
/**
 * Notes that are allowed if the gold gives no example: objects, uses of objects whose class the test names, and infinity.
 */
const UNEXAMPLED: ReadonlySet<string> = new Set(['object', 'own', 'infinite']);

/** Notes that need the gold's example. A named tuple is data and needs none. */
function liberties({ passed, liberties: told = [] }: TestOutcome): string[] {
  return passed ? told.filter((liberty) => !liberty.startsWith('named ')) : [];
}

/** Whether a test passed with a note that needs the gold's example. */
export function tookLiberties(test: TestOutcome): boolean {
  return liberties(test).length > 0;
}

/**
 * A test's outcome compared with the gold's: if the solution's answers are more than plain data, the gold's must be so in the
 * same place.
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
