import { useEffect, useState } from 'preact/hooks';

/** What the address names after its `#`: `#/episode/2026-11-22/abc.jsonl?step=3`. */
export interface Route {
  readonly view: string;
  /** The rest of the path. */
  readonly rest: string;
  readonly query: URLSearchParams;
}

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...rest] = path.split('/');
  return {
    view: view === '' ? 'now' : view,
    rest: rest.map(decoded).join('/'),
    query: new URLSearchParams(query),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a view. Empty values are left out. */
export function addressOf(
  view: string,
  rest = '',
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const path = rest === '' ? '' : `/${rest.split('/').map(encodeURIComponent).join('/')}`;
  return `#/${view}${path}${text === '' ? '' : `?${text}`}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(routeOf(location.hash));
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/** Change the query of this view in place, so that the address can be sent. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const { query, rest, view } = routeOf(location.hash);
  const all: Record<string, string | undefined> = { ...Object.fromEntries(query), ...changes };
  history.replaceState(null, '', addressOf(view, rest, all));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
