import { StepwellError } from '../typescript/errors.ts';
import { Broken, NotShown } from './broken.ts';
import type { Check } from './check.ts';
import type { Subject } from './subject.ts';

/** Result of a check. */
export type Verdict =
  | { readonly name: string; readonly outcome: 'held' }
  | { readonly name: string; readonly outcome: 'broken'; readonly wrong: string; readonly remedy: string }
  | { readonly name: string; readonly outcome: 'not shown'; readonly because: string };

/** Run a check. Never throws: every error becomes a verdict. */
export async function verdictOf({ name, run }: Check, subject: Subject): Promise<Verdict> {
  try {
    await run(subject);
    return { name, outcome: 'held' };
  } catch (error) {
    if (error instanceof NotShown) return { name, outcome: 'not shown', because: error.message };
    if (error instanceof Broken) {
      return { name, outcome: 'broken', wrong: error.message, remedy: error.remedy };
    }
    if (error instanceof StepwellError) {
      const remedy = error.remedy.charAt(0).toLowerCase() + error.remedy.slice(1);
      return { name, outcome: 'broken', wrong: error.message, remedy };
    }
    const wrong = `the check could not be made: ${error instanceof Error ? error.message : error}`;
    return { name, outcome: 'broken', wrong, remedy: 'look into the log of the server' };
  }
}

/** A verdict as one line: `✓ name`, `✗ name: what is wrong; what to do`, `- name: not shown, because …`. */
export function verdictLine(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'held':
      return `✓ ${verdict.name}`;
    case 'broken':
      return `✗ ${verdict.name}: ${sentence(verdict.wrong)}; ${sentence(verdict.remedy)}`;
    case 'not shown':
      return `- ${verdict.name}: not shown, because ${sentence(verdict.because)}`;
  }
}

/** Text on one line, without a full stop, for use in a sentence. */
function sentence(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/\.$/, '');
}
