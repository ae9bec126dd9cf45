import { render } from 'preact';
import './styles/base.css';
import './styles/parts.css';
import './styles/text.css';
import './styles/episode.css';
import './styles/views.css';
import './styles/analysis.css';
import { App } from './app.tsx';
import { Live } from './connection/live.ts';
import { Server } from './connection/server.ts';
import { applyTheme, storedTheme } from './parts/theme.ts';
import { Plays } from './play/plays.ts';

applyTheme(storedTheme());
const server = new Server();
const live = new Live(server);
server.connect();
const place = document.getElementById('page');
if (place !== null) render(<App server={server} live={live} plays={new Plays(server, live)} />, place);
