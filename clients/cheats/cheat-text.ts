import type { CheatFact } from './cheat-script.ts';

/** What a cheat may know of a task: never its own gold. */
export interface TaskFacts {
  readonly id: string;
  readonly index: number;
  /** Python: the names that tests may ask for, the entry first. Empty elsewhere. */
  readonly names: readonly string[];
  /** The gold of another task of the dataset, where there is one with another gold. */
  readonly anotherGold: string | null;
}

/** Values of a script's placeholders, by fact; none for a fact that the task lacks. */
export type FactValues = Readonly<Record<CheatFact, readonly string[]>>;

/** What is known of a task before it is played. */
type KnownTask = Pick<TaskFacts, 'names' | 'anotherGold'>;

/** Facts from the record and from the reset's observation. @param shown the instruction, with the schema if there is one */
export function factValues(
  { names, anotherGold }: KnownTask,
  instruction: string,
  shown: string,
): FactValues {
  return {
    names: names.length === 0 ? [] : [JSON.stringify(names)],
    table: tablesOf(shown).map((name) => `\`${name}\``),
    instruction: [instruction],
    another_gold: anotherGold === null ? [] : [anotherGold],
  };
}

/** Names of the tables in the schema at the end of an instruction. */
function tablesOf(shown: string): string[] {
  const schema = shown.split('\n\nTables:\n')[1]?.split('\n\n')[0] ?? '';
  return schema.split('\n').flatMap((line) => /^(.+?) \(/.exec(line)?.[1] ?? []);
}

/** A text with its placeholders replaced. A line with `{{table}}` is repeated for each table. */
export function filled(text: string, values: FactValues): string {
  const lines = text
    .split('\n')
    .flatMap((line) =>
      line.includes('{{table}}')
        ? values.table.map((name) => line.replaceAll('{{table}}', () => name))
        : [line],
    );
  const replaced = (whole: string, fact: CheatFact) => values[fact]?.[0] ?? whole;
  return lines.map((line) => line.replaceAll(/\{\{(\w+)\}\}/g, replaced)).join('\n');
}
