import type { GroupStats } from '../../../protocol/operator.ts';
import { Bars } from '../parts/charts.tsx';
import { percent, rewardText } from '../parts/format.ts';
import { LineChart } from '../parts/line-chart.tsx';
import { visible } from '../text/visible.ts';

/** Most different numbers of steps that have a bar of their own. */
const MOST_BARS = 20;

/** What a group of episodes did, in numbers. */
export function Totals({ stats }: { readonly stats: GroupStats }) {
  const { count, failures, graded, mean_reward, mean_steps, success_rate, successes } = stats;
  const failed = Object.entries(failures);
  const facts: [string, string][] = [
    ['episodes', `${count.toLocaleString('en')}, ${graded.toLocaleString('en')} graded`],
    ['success rate', `${percent(success_rate)} (${successes} of ${graded})`],
    ['mean reward', mean_reward === null ? '–' : mean_reward.toFixed(3)],
    ['mean steps', mean_steps === null ? '–' : mean_steps.toFixed(1)],
    [
      'failures',
      failed.length === 0 ? 'none' : failed.map(([code, n]) => `${visible(code)} ${n}`).join(', '),
    ],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Distributions of rewards and of steps. */
export function Distributions({ stats }: { readonly stats: GroupStats }) {
  const rewards = stats.rewards.map((value, bin) => {
    const label = (bin / 10).toFixed(1);
    const range =
      bin === 9 ? '0.9 and more' : bin === 0 ? 'below 0.1' : `${label} to ${((bin + 1) / 10).toFixed(1)}`;
    return { label, value, title: `reward ${range}: ${value}` };
  });
  return (
    <>
      <figure class="chart">
        <figcaption>Rewards</figcaption>
        <Bars bars={rewards} label="Rewards" />
      </figure>
      <figure class="chart">
        <figcaption>Steps of an episode</figcaption>
        <Bars bars={stepBars(stats)} label="Steps of an episode" />
      </figure>
    </>
  );
}

function stepBars({ steps }: GroupStats) {
  const counts = Object.entries(steps).map(([n, count]) => ({ n: Number(n), count }));
  const most = Math.max(0, ...counts.map(({ n }) => n));
  const width = Math.max(1, Math.ceil((most + 1) / MOST_BARS));
  return Array.from({ length: Math.ceil((most + 1) / width) }, (_, index) => {
    const from = index * width;
    const to = from + width - 1;
    const value = counts.filter(({ n }) => n >= from && n <= to).reduce((sum, { count }) => sum + count, 0);
    const range = width === 1 ? String(from) : `${from}–${to}`;
    return { label: String(from), value, title: `${range} steps: ${value}` };
  });
}

/** Success, errors and reward by turn, as InterCode's experiments print them. */
export function ByTurn({ stats }: { readonly stats: GroupStats }) {
  const turns = stats.by_turn;
  if (turns.length === 0) return null;
  return (
    <>
      <LineChart
        title="Success rate by turn"
        axis="turn"
        format={percent}
        series={{ name: 'success rate', tone: 'accent', values: turns.map((turn) => turn.success_rate) }}
      />
      <LineChart
        title="Error rate by turn"
        axis="turn"
        format={percent}
        series={{ name: 'error rate', tone: 'bad', values: turns.map((turn) => turn.error_rate) }}
      />
      <LineChart
        title="Mean of the best reward so far, by turn"
        axis="turn"
        format={(value) => value.toFixed(2)}
        series={{ name: 'mean reward', tone: 'blue', values: turns.map((turn) => turn.mean_reward) }}
      />
    </>
  );
}

/** The same in numbers. */
export function TurnTable({ stats }: { readonly stats: GroupStats }) {
  return (
    <details>
      <summary>Numbers by turn</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys needs it */}
      <div class="scroll" tabIndex={0}>
        <table class="components turns">
          <thead>
            <tr>
              {['Turn', 'Episodes', 'Success rate', 'Error rate', 'Mean reward'].map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stats.by_turn.map(({ error_rate, mean_reward, reached, success_rate, turn }) => (
              <tr class="number">
                <th scope="row">{turn}</th>
                <td>{reached}</td>
                <td>{percent(success_rate)}</td>
                <td>{percent(error_rate)}</td>
                <td>{rewardText(mean_reward)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
