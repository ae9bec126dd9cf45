import { DEFINITIONS } from '../../environments/registry.ts';
import { ResetOptionSet } from '../../environments/reset-options.ts';
import { CommonOptions } from '../../protocol/episode.ts';

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

/** The built-in environments' reset options: name, meaning, and the environments that have it. */
export function optionRows(): string[][] {
  const set = new ResetOptionSet(DEFINITIONS);
  const names = Object.keys({ ...CommonOptions.shape, ...set.schema.shape });
  return names.map((name) => [`\`${name}\``, set.meaningOf(name), owners(set, name)]);
}
