import { InvalidArgumentError, Option } from 'commander';
import { runtimes } from '../../docker/engines/table.ts';

/** A flag's whole number within a range. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  };
}

/** A task's index or id: only digits mean an index. */
export function taskOf(text: string): number | string {
  if (text === '') throw new InvalidArgumentError('Give an id, or an index from 0.');
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** `--runtime`. @param description what the engine is for */
export function runtimeFlag(description: string): Option {
  return choice('--runtime', runtimes, `${description} (default: auto)`);
}

/** A flag that takes one of a few words. */
export function choice(flag: string, words: readonly string[], description: string): Option {
  return new Option(`${flag} <${words.join('|')}>`, description).argParser((text: string) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`Give ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`);
  });
}
