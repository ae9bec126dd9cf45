import type { ExplainedPath } from '../../../protocol/explanation.ts';
import { plural } from '../parts/format.ts';
import { Diff } from '../text/diff.tsx';
import { visible } from '../text/visible.ts';

const WORDS: Readonly<Record<ExplainedPath['difference'], string>> = {
  added: 'only you changed it',
  missing: 'only the gold changed it',
  content: 'other content',
  kind: 'other kind',
  mode: 'other permissions',
  owner: 'other owner',
  target: 'other target',
};

/** Paths that differ from the gold's, with a diff of texts. */
export function ExplainedPaths({ paths }: { readonly paths: readonly ExplainedPath[] }) {
  return (
    <div>
      <h3>
        Files{' '}
        <span class="quiet">
          {paths.length === 0 ? 'all as in the gold' : `${plural(paths.length, 'difference')}`}
        </span>
      </h3>
      <ul class="paths">
        {paths.map(({ diff, difference, note, path }) => (
          <li>
            <span class={`badge ${difference}`}>{WORDS[difference].replace('you', 'the agent')}</span>
            <span class="mono">{visible(path)}</span>
            {note !== undefined && <span class="quiet">{visible(note)}</span>}
            {diff !== undefined && <Diff text={diff} />}
          </li>
        ))}
      </ul>
    </div>
  );
}
