import { useEffect, useState } from 'preact/hooks';
import type { TrajectorySummary } from '../../../protocol/operator.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { EpisodeTable } from '../views/episode-table.tsx';
import { Problem } from '../views/problem.tsx';

const MOST = 100;

/** Other episodes of the same task, of which one is chosen. */
export function Others({ path, server }: Parts & { readonly path: string }) {
  const { status } = useStore(server);
  const [others, setOthers] = useState<readonly TrajectorySummary[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    if (status !== 'open') return;
    const find = async (): Promise<void> => {
      const { trajectory } = await server.call('trajectories/read', { path, limit: 1 });
      const { dataset, environment, task } = trajectory;
      const { trajectories } = await server.call('trajectories/list', {
        dataset,
        environment,
        task,
        limit: MOST,
      });
      setOthers(trajectories.filter((one) => one.path !== path));
    };
    find().catch(setProblem);
  }, [status, path]);
  if (problem !== null) return <Problem error={problem} />;
  if (others === null) return <p class="empty">Looking for other episodes of this task …</p>;
  if (others.length === 0) {
    return (
      <section class="empty">
        <h1>Nothing to compare it with</h1>
        <p>
          This is the only episode of its task.{' '}
          <a href={addressOf('play', '', { from: path, step: 0 })}>Play it again</a> to have another one.
        </p>
      </section>
    );
  }
  return (
    <>
      <h1>Compare with which one?</h1>
      <EpisodeTable trajectories={others} hrefOf={(b) => addressOf('compare', '', { a: path, b })} />
    </>
  );
}
