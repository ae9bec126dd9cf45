import { StepwellError } from '../typescript/errors.ts';
import { Broken, Skipped } from './broken.ts';
import type { Check } from './check.ts';
import type { Subject } from './subject.ts';

/** Result of a check. */
export type Verdict =
  | { readonly name: string; readonly outcome: 'passed' }
  | { readonly name: string; readonly outcome: 'failed'; readonly wrong: string; readonly remedy: string }
  | { readonly name: string; readonly outcome: 'skipped'; readonly because: string };

/** Run a check. Never throws: every error becomes a verdict. */
export async function verdictOf({ name, run }: Check, subject: Subject): Promise<Verdict> {
  try {
    await run(subject);
    return { name, outcome: 'passed' };
  } catch (error) {
    if (error instanceof Skipped) return { name, outcome: 'skipped', because: error.message };
    if (error instanceof Broken) {
      return { name, outcome: 'failed', wrong: error.message, remedy: error.remedy };
    }
    if (error instanceof StepwellError) {
      const remedy = error.remedy.charAt(0).toLowerCase() + error.remedy.slice(1);
      return { name, outcome: 'failed', wrong: error.message, remedy };
    }
    const wrong = `the check could not run: ${error instanceof Error ? error.message : error}`;
    return { name, outcome: 'failed', wrong, remedy: 'see the log of the server' };
  }
}

/** A verdict as one line: `✓ name`, `✗ name: what is wrong; what to do`, `- name: skipped: why`. */
export function verdictLine(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'passed':
      return `✓ ${verdict.name}`;
    case 'failed':
      return `✗ ${verdict.name}: ${sentence(verdict.wrong)}; ${sentence(verdict.remedy)}`;
    case 'skipped':
      return `- ${verdict.name}: skipped: ${sentence(verdict.because)}`;
  }
}

/** Text on one line, without a full stop, for use in a sentence. */
function sentence(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/\.$/, '');
}
