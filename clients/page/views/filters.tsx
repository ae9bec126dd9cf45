import type { TrajectoryFilter } from '../../../protocol/operator.ts';
import { setQuery } from '../parts/route.ts';

/** Names of the filters in the address. */
export const FILTERS = ['environment', 'dataset', 'task', 'tag', 'reward', 'outcome', 'since'] as const;

/** Which trajectories an address means. */
export function filterOf(query: URLSearchParams): TrajectoryFilter {
  const filter: Record<string, unknown> = {};
  for (const name of ['environment', 'dataset', 'task', 'tag', 'reward', 'since'] as const) {
    const value = query.get(name);
    if (value !== null && value !== '') filter[name] = value;
  }
  const outcome = query.get('outcome');
  if (outcome === 'success') filter.success = true;
  if (outcome === 'no success') filter.success = false;
  if (outcome === 'failure') filter.failure = true;
  if (outcome === 'open') filter.open = true;
  return filter as TrajectoryFilter;
}

const FIELDS = [
  { name: 'task', label: 'Task', hint: 'id of the task' },
  { name: 'environment', label: 'Environment', hint: 'bash-v1' },
  { name: 'dataset', label: 'Dataset', hint: 'built-in' },
  { name: 'tag', label: 'Tag', hint: 'of a run' },
  { name: 'reward', label: 'Reward', hint: '<0.5' },
  { name: 'since', label: 'Since', hint: '24h or 2026-11-22' },
] as const;

/** What the episodes are searched by. It is in the address, so that a search can be sent. */
export function Filters({ query }: { readonly query: URLSearchParams }) {
  const change = (name: string) => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement | HTMLSelectElement;
    setQuery({ [name]: value.trim() === '' ? undefined : value.trim() });
  };
  return (
    <search class="filters">
      {FIELDS.map(({ hint, label, name }, index) => (
        <label>
          <span>{label}</span>
          <input
            type="search"
            name={name}
            data-search={index === 0 ? '' : undefined}
            placeholder={hint}
            value={query.get(name) ?? ''}
            onChange={change(name)}
          />
        </label>
      ))}
      <label>
        <span>Outcome</span>
        <select name="outcome" value={query.get('outcome') ?? ''} onChange={change('outcome')}>
          <option value="">any</option>
          {['success', 'no success', 'failure', 'open'].map((name) => (
            <option value={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Order</span>
        <select name="order" value={query.get('order') ?? ''} onChange={change('order')}>
          <option value="">newest</option>
          <option value="oldest">oldest</option>
          <option value="reward">lowest reward</option>
        </select>
      </label>
    </search>
  );
}
