import { ResetOptions } from '../protocol/episode.ts';
import { ownersOf, valuesOf } from './own-options.ts';

type OptionName = keyof ResetOptions;

/** Environments that have an option, each with its values where it takes only some. */
function owners(option: OptionName): string {
  const ids = ownersOf(option);
  if (ids === null) return 'all';
  return ids
    .map((id) => {
      const values = valuesOf(option, id);
      return values === null ? `\`${id}\`` : `\`${id}\`: ${values.map((value) => `\`${value}\``).join(', ')}`;
    })
    .join('; ');
}

/** The table of reset options, in Markdown. */
export function optionTable(): string {
  const rows = Object.entries(ResetOptions.shape).map(([name, schema]) =>
    `| \`${name}\` | ${schema.description ?? ''} | ${owners(name as OptionName)} |`.replaceAll('\n', ' '),
  );
  return ['| option | meaning | environments |', '| --- | --- | --- |', ...rows].join('\n');
}
