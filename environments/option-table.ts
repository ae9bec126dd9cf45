import { CommonOptions } from '../protocol/episode.ts';
import { DEFINITIONS } from './registry.ts';
import { ResetOptionSet } from './reset-options.ts';

/** Environments that have an option, each with its values if it accepts only some. */
function owners(set: ResetOptionSet, option: string): string {
  const ids = set.ownersOf(option);
  if (ids === null) return 'all';
  return ids
    .map((id) => {
      const values = set.valuesOf(option, id);
      return values === null ? `\`${id}\`` : `\`${id}\`: ${values.map((value) => `\`${value}\``).join(', ')}`;
    })
    .join('; ');
}

/** The table of the built-in environments' reset options, in Markdown. */
export function optionTable(): string {
  const set = new ResetOptionSet(DEFINITIONS);
  const names = Object.keys({ ...CommonOptions.shape, ...set.schema.shape });
  const rows = names.map((name) =>
    `| \`${name}\` | ${set.meaningOf(name)} | ${owners(set, name)} |`.replaceAll('\n', ' '),
  );
  return ['| option | meaning | environments |', '| --- | --- | --- |', ...rows].join('\n');
}
