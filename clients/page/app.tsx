import { useEffect, useRef, useState } from 'preact/hooks';
import type { Server } from './connection/server.ts';
import { Help } from './help.tsx';
import { Login } from './login.tsx';
import { listenToKeys, VIEWS } from './parts/keys.ts';
import type { Parts } from './parts/parts.ts';
import { type Route, useRoute } from './parts/route.ts';
import { useStore } from './parts/store.ts';
import { applyTheme, nextTheme, storedTheme, type Theme } from './parts/theme.ts';
import type { Plays } from './play/plays.ts';
import { Compare } from './views/compare.tsx';
import { Datasets } from './views/datasets.tsx';
import { Episode } from './views/episode.tsx';
import { Episodes } from './views/episodes.tsx';
import { Now } from './views/now.tsx';
import { Play } from './views/play.tsx';
import { Runs } from './views/runs.tsx';

const THEME_SIGN: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };

interface AppProps extends Parts {
  readonly plays: Plays;
}

export function App({ server, live, plays }: AppProps) {
  const route = useRoute();
  const { status } = useStore(server);
  const [theme, setTheme] = useState(storedTheme);
  const help = useRef<HTMLDialogElement>(null);
  const change = (): void => {
    const next = nextTheme(storedTheme());
    applyTheme(next);
    setTheme(next);
  };
  const showHelp = (): void => {
    if (help.current?.open === false) help.current.showModal();
  };
  useEffect(() => listenToKeys({ help: showHelp, theme: change }), []);
  useEffect(() => {
    const name = VIEWS.find(({ view }) => view === route.view)?.name ?? 'Episode';
    document.title = `${name} · Stepwell`;
    scrollTo(0, 0);
  }, [route.view]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <header class="bar">
        <a class="mark" href="#/now" aria-label="Stepwell: Now">
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2 4h4v4h4v4h4v4h4" />
          </svg>
          <span>Stepwell</span>
        </a>
        <nav aria-label="Views">
          {VIEWS.map(({ name, view }) => (
            <a href={`#/${view}`} aria-current={isIn(route, view) ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div class="tools">
          <Connection server={server} />
          <button
            type="button"
            class="icon"
            onClick={change}
            aria-label={`Theme: ${theme}`}
            title={`Theme: ${theme} (t)`}
          >
            {THEME_SIGN[theme]}
          </button>
          <button
            type="button"
            class="icon"
            onClick={showHelp}
            aria-label="Keyboard help"
            title="Keyboard help (?)"
          >
            ?
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {status === 'login' ? (
          <Login server={server} />
        ) : (
          <View route={route} server={server} live={live} plays={plays} />
        )}
      </main>
      <Help dialog={help} />
    </>
  );
}

function isIn(route: Route, view: string): boolean {
  return route.view === view || (route.view === 'episode' && view === 'episodes');
}

function Connection({ server }: { readonly server: Server }) {
  const { status, token } = server;
  const words = { open: 'connected', connecting: 'connecting', lost: 'reconnecting', login: 'not logged in' }[
    status
  ];
  return (
    <>
      <span class={`connection ${status}`} role="status" title={`Stepwell ${server.version}`}>
        <i aria-hidden="true" />
        <span>{words}</span>
      </span>
      {token !== undefined && status === 'open' && (
        <button type="button" class="link" onClick={() => server.logout()}>
          Log out
        </button>
      )}
    </>
  );
}

function View({ live, plays, route, server }: AppProps & { readonly route: Route }) {
  switch (route.view) {
    case 'now':
      return <Now server={server} live={live} />;
    case 'episodes':
      return <Episodes server={server} live={live} route={route} />;
    case 'episode':
      return <Episode key={route.rest} server={server} live={live} route={route} />;
    case 'play':
      return <Play server={server} live={live} plays={plays} route={route} />;
    case 'compare':
      return <Compare server={server} live={live} route={route} />;
    case 'datasets':
      return <Datasets server={server} live={live} route={route} />;
    case 'runs':
      return <Runs server={server} live={live} route={route} />;
    default:
      return (
        <section class="empty">
          <h1>There is no such view</h1>
          <p>
            The address names <code>{route.view}</code>. Choose a view above, or press <kbd>g</kbd>{' '}
            <kbd>n</kbd> for Now.
          </p>
        </section>
      );
  }
}
