import { readFile } from 'node:fs/promises';
import { AgentError } from './agent.ts';

/** How a model is asked: prompts with places such as `{instruction}`, and the number of turns. */
export interface Strategy {
  readonly name: string;
  readonly turns: number;
  readonly system: string;
  /** Asked before the first action; its answer stays in the conversation. `null`: there is no plan. */
  readonly plan: string | null;
  readonly instruction: string;
  readonly observation: string;
}

const PARTS = ['system', 'plan', 'instruction', 'observation'];
/** Names of the strategies that are there. */
export const STRATEGIES = ['single-turn', 'try-again', 'react', 'plan-and-solve'] as const;

/**
 * A strategy by its name, or from a file: `turns: <n>`, then the prompts under `## system`, `## plan` (optional), `## instruction`
 * and `## observation`.
 * @throws {Error} with the file and what it lacks
 */
export async function readStrategy(named: string): Promise<Strategy> {
  const isKnown = (STRATEGIES as readonly string[]).includes(named);
  const file = isKnown ? new URL(`./strategies/${named}.md`, import.meta.url) : named;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`--strategy: there is no file ${named}: name one, or ${STRATEGIES.join(', ')}`);
  });
  return parseStrategy(named, text);
}

export function parseStrategy(name: string, text: string): Strategy {
  const [head = '', ...sections] = text.split(/^## /m);
  const parts = new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end).trim(), section.slice(end + 1).trim()] as const;
    }),
  );
  const turns = Number(/^turns:\s*(\d+)\s*$/m.exec(head)?.[1]);
  if (!Number.isInteger(turns) || turns < 1)
    throw new Error(`${name}: it has no line \`turns: <number from 1>\` at its beginning`);
  const unknown = [...parts.keys()].find((part) => !PARTS.includes(part));
  if (unknown !== undefined)
    throw new Error(`${name}: there is no prompt "${unknown}"; there are ${PARTS.join(', ')}`);
  const need = (part: string): string => {
    const found = parts.get(part);
    if (found === undefined) throw new Error(`${name}: it has no prompt \`## ${part}\``);
    return found;
  };
  return {
    name,
    turns,
    system: need('system'),
    plan: parts.get('plan') ?? null,
    instruction: need('instruction'),
    observation: need('observation'),
  };
}

/** A prompt with its places filled. A place that has nothing is left out with its line, if it is alone there. */
export function filled(prompt: string, values: Readonly<Record<string, string>>): string {
  return prompt
    .split('\n')
    .flatMap((line) => {
      const text = line.replaceAll(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
      return text === '' && line !== '' ? [] : [text];
    })
    .join('\n');
}

/** The action in a model's answer: its last code block, or `submit`; without either, the whole answer is code. */
export function actionIn(answer: string): string {
  const blocks = [...answer.matchAll(/```[\w+-]*[ \t]*\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const last = blocks.at(-1);
  if (last !== undefined) return last.replace(/\n$/, '');
  if (/^\s*(.*\bAction:\s*)?submit[.!]?\s*$/im.test(answer)) return 'submit';
  const text = answer.trim();
  if (text === '') throw new AgentError('the model gave an empty answer', false);
  return text;
}
