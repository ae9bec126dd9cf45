/** What a key does everywhere. */
export interface KeyHelp {
  readonly keys: string;
  readonly does: string;
}

export const VIEWS = [
  { view: 'now', name: 'Now', key: 'n' },
  { view: 'episodes', name: 'Episodes', key: 'e' },
  { view: 'play', name: 'Play', key: 'p' },
  { view: 'compare', name: 'Compare', key: 'c' },
  { view: 'datasets', name: 'Datasets', key: 'd' },
  { view: 'runs', name: 'Runs', key: 'r' },
] as const;

export const KEY_HELP: readonly KeyHelp[] = [
  { keys: 'j  k', does: 'next and previous item: tile, row or step' },
  { keys: 'Enter', does: 'open the item' },
  { keys: '/', does: 'go to the search or filter of this view' },
  { keys: 'Esc', does: 'leave a field; close this help' },
  ...VIEWS.map(({ key, name }) => ({ keys: `g ${key}`, does: `go to ${name}` })),
  { keys: 't', does: 'light, dark or as the system' },
  { keys: '?', does: 'show this help' },
];

export interface KeyActions {
  help(): void;
  theme(): void;
}

/** Listens to the keys of the page. Fields and the terminal keep theirs. @returns what ends it */
export function listenToKeys({ help, theme }: KeyActions): () => void {
  let wasG = false;
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest('input, textarea, select, .xterm, dialog')) {
      if (event.key === 'Escape' && !target.closest('.xterm')) target.blur();
      return;
    }
    const went = wasG ? VIEWS.find(({ key }) => key === event.key) : undefined;
    wasG = event.key === 'g';
    if (went !== undefined) location.hash = `#/${went.view}`;
    else if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
    else if (event.key === '/') focus('[data-search]');
    else if (event.key === '?') help();
    else if (event.key === 't') theme();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

function focus(selector: string): void {
  const field = document.querySelector<HTMLElement>(selector);
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}

/** Move the focus among the items of the view, in the order of the document. */
function move(by: number): void {
  const items = [...document.querySelectorAll<HTMLElement>('main [data-item]')];
  const now = items.findIndex((item) => item.contains(document.activeElement));
  const next =
    now === -1 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, now + by));
  const item = items[next];
  item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: 'nearest' });
}
