import { useState } from 'preact/hooks';
import type { Result } from '../../../protocol/methods.ts';
import type { Server } from '../connection/server.ts';
import { bytes } from '../parts/format.ts';
import { visible } from '../text/visible.ts';
import { Problem } from '../views/problem.tsx';

type Found = Result<'trajectories/changes'>;

interface ChangesProps {
  readonly server: Server;
  readonly path: string;
  readonly step: number;
}

/** The files that a step changed. They are found when somebody asks: the episode is played again up to the step. */
export function Changes({ path, server, step }: ChangesProps) {
  const [found, setFound] = useState<Found | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const ask = (): void => {
    setAsking(true);
    setProblem(null);
    server
      .call('trajectories/changes', { path, step })
      .then(setFound, setProblem)
      .finally(() => setAsking(false));
  };
  if (problem !== null) return <Problem error={problem} />;
  if (found !== null) return <List found={found} />;
  return (
    <p>
      <button type="button" class="link small" disabled={isAsking} onClick={ask}>
        {isAsking ? 'Playing the steps again …' : 'Which files did it change?'}
      </button>
    </p>
  );
}

function List({ found }: { readonly found: Found }) {
  const { changes, complete, exact } = found;
  return (
    <div>
      <h4>
        {changes.length === 0 ? 'It changed no file' : 'Files that it changed'}
        {!exact && ' (played again, with other observations than the recorded ones)'}
      </h4>
      <ul class="paths small">
        {changes.map(({ kind, path, size, type }) => (
          <li>
            <span class={`badge ${kind === 'deleted' ? 'bad' : kind === 'added' ? 'good' : 'content'}`}>
              {kind.replace('_', ' ')}
            </span>
            <span class="mono">{visible(path)}</span>
            <span class="quiet">{type === 'file' ? bytes(size) : type}</span>
          </li>
        ))}
      </ul>
      {!complete && <p class="quiet small">There are more.</p>}
    </div>
  );
}
