import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { type ITheme, Terminal } from '@xterm/xterm';
import { visible, visibleButStyles } from '../text/visible.ts';
import { type EditorState, LineEditor } from './line-editor.ts';
import type { PlaySession, Shown } from './session.ts';

/** Characters of one output that are shown, its beginning and its end. */
const MOST = 60_000;
const SCROLLBACK = 5_000;
const MORE = '… ';

/**
 * The screen of a session. What agents print passes as text and colours only: no other escape sequence reaches the terminal, which
 * could answer one as if it had been typed.
 */
export class TerminalScreen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #session: PlaySession;
  readonly #editor: LineEditor;
  readonly #ends: (() => void)[];
  /** Number of what has been shown. */
  #written = 0;
  /** Rows above the cursor that the text which is typed takes. */
  #rows = 0;
  #isAsking = false;

  constructor(place: HTMLElement, session: PlaySession) {
    this.#session = session;
    this.#terminal = new Terminal({
      cursorBlink: true,
      fontFamily: getComputedStyle(place).fontFamily,
      fontSize: 13,
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK,
      // The list of steps below says the same to those who do not see the terminal.
      screenReaderMode: false,
      theme: themeOf(place),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(place);
    this.#fit.fit();
    this.#editor = new LineEditor({
      enter: (text) => void session.run(text),
      change: (state) => this.#draw(state),
    });
    this.#terminal.onData((data) => {
      if (this.#isAsking) this.#editor.take(data);
    });
    const sizes = new ResizeObserver(() => this.#fit.fit());
    sizes.observe(place);
    const themes = new MutationObserver(() => this.#repaint(place));
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const repaint = (): void => this.#repaint(place);
    dark.addEventListener('change', repaint);
    this.#ends = [
      () => sizes.disconnect(),
      () => themes.disconnect(),
      () => dark.removeEventListener('change', repaint),
      session.subscribe(() => this.#follow()),
    ];
    this.#follow();
    this.#terminal.focus();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#terminal.dispose();
  }

  #repaint(place: HTMLElement): void {
    this.#terminal.options.theme = themeOf(place);
  }

  /** Show what is new, then ask for the next action. */
  #follow(): void {
    const { busy, over, shown } = this.#session;
    if (this.#written < shown.length || busy || over) this.#erase();
    for (const one of shown.slice(this.#written)) this.#show(one);
    this.#written = shown.length;
    const asks = !busy && !over;
    if (asks && !this.#isAsking) {
      this.#isAsking = true;
      this.#draw(this.#editor.state);
    }
  }

  #show({ kind, text }: Shown): void {
    const cut = text.length <= MOST ? text : `${text.slice(0, MOST / 2)}\n⋯ cut ⋯\n${text.slice(-MOST / 2)}`;
    const prompt = this.#session.prompt;
    if (kind === 'input')
      this.#line(`\u001b[1;36m${visible(prompt)}\u001b[0m${visible(cut).replaceAll('\n', `\n${MORE}`)}`);
    else if (kind === 'output') this.#line(visibleButStyles(cut));
    else this.#line(`\u001b[3m${visible(cut)}\u001b[0m`);
  }

  /** Lines, after which the style is the usual one. */
  #line(text: string): void {
    this.#terminal.write(`${text.replace(/\n$/, '').replaceAll('\n', '\r\n')}\u001b[0m\r\n`);
  }

  /** Remove the text that is typed. */
  #erase(): void {
    if (!this.#isAsking) return;
    this.#terminal.write(`${this.#rows > 0 ? `\u001b[${this.#rows}A` : ''}\r\u001b[J`);
    this.#rows = 0;
    this.#isAsking = false;
  }

  /** Draw the text that is typed again, with the cursor at its place. */
  #draw({ cursor, text }: EditorState): void {
    const { cols } = this.#terminal;
    const prompt = visible(this.#session.prompt);
    const up = this.#rows > 0 ? `\u001b[${this.#rows}A` : '';
    const shown = text.replaceAll('\n', `\r\n${MORE}`);
    const end = placeOf(prompt + text, cols);
    const at = placeOf(prompt + text.slice(0, cursor), cols);
    const back = end.row > at.row ? `\u001b[${end.row - at.row}A` : '';
    const right = at.column > 0 ? `\u001b[${at.column}C` : '';
    // A row that is exactly full keeps the cursor in it: begin the next one.
    const full = end.column === 0 && end.row > 0 && !text.endsWith('\n') ? '\r\n' : '';
    this.#terminal.write(`${up}\r\u001b[J\u001b[1;36m${prompt}\u001b[0m${shown}${full}${back}\r${right}`);
    this.#rows = at.row;
  }
}

/** Row and column after a text, from the beginning of its prompt. */
function placeOf(text: string, cols: number): { row: number; column: number } {
  const lines = text.split('\n');
  let row = -1;
  let column = 0;
  for (const [index, line] of lines.entries()) {
    const width = [...line].length + (index === 0 ? 0 : MORE.length);
    row += 1 + Math.floor(width / cols);
    column = width % cols;
  }
  return { row, column };
}

function themeOf(place: HTMLElement): ITheme {
  const style = getComputedStyle(place);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    background: color('sunk'),
    foreground: color('text'),
    cursor: color('accent'),
    cursorAccent: color('sunk'),
    selectionBackground: color('line-strong'),
    black: color('quiet'),
    red: color('bad'),
    green: color('good'),
    yellow: color('part'),
    blue: color('blue'),
    magenta: color('violet'),
    cyan: color('accent'),
    white: color('text'),
    brightBlack: color('quiet'),
    brightRed: color('bad'),
    brightGreen: color('good'),
    brightYellow: color('part'),
    brightBlue: color('blue'),
    brightMagenta: color('violet'),
    brightCyan: color('accent'),
    brightWhite: color('text'),
  };
}
