import type { Server } from '../connection/server.ts';
import { when } from '../parts/format.ts';
import { visible } from '../text/visible.ts';
import { type Entry, isTurn, type ShownTurn } from './timeline.ts';
import { TurnView } from './turn-view.tsx';

interface TimelineProps {
  readonly entries: readonly Entry[];
  readonly environment: string;
  /** Path of the trajectory, for links; without one there are none. */
  readonly path?: string;
  readonly server?: Server;
  /** The turn whose explanation is shown elsewhere. */
  readonly explained?: ShownTurn | undefined;
}

/** The turns of an episode, and what happened between them. */
export function Timeline({ entries, environment, explained, path, server }: TimelineProps) {
  return (
    <ol class="timeline">
      {entries.map((entry) =>
        isTurn(entry) ? (
          <li>
            <TurnView
              turn={entry}
              environment={environment}
              path={path}
              server={server}
              isExplained={entry === explained}
            />
          </li>
        ) : (
          <li class="happening">
            <span class="quiet">{when(entry.time)}</span> {visible(entry.text)}
          </li>
        ),
      )}
    </ol>
  );
}
