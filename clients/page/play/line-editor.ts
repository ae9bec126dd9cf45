/** What the editor shows: the text, and where in it the cursor is. */
export interface EditorState {
  readonly text: string;
  /** In UTF-16 code units. */
  readonly cursor: number;
}

export interface EditorActions {
  /** The text is complete. */
  enter(text: string): void;
  /** The text or the cursor has changed. */
  change(state: EditorState): void;
}

const MOST_HISTORY = 200;

/** What keys mean, by what a terminal sends for them. */
const KEYS: Readonly<Record<string, (editor: LineEditor) => void>> = {
  '\r': (editor) => editor.enter(),
  '\n': (editor) => editor.insert('\n'),
  '\u001b\r': (editor) => editor.insert('\n'),
  '\u007f': (editor) => editor.remove(-1),
  '\b': (editor) => editor.remove(-1),
  '\u001b[3~': (editor) => editor.remove(1),
  '\u001b[D': (editor) => editor.move(-1),
  '\u001b[C': (editor) => editor.move(1),
  '\u001b[H': (editor) => editor.move(Number.NEGATIVE_INFINITY),
  '\u001b[F': (editor) => editor.move(Number.POSITIVE_INFINITY),
  '\u0001': (editor) => editor.move(Number.NEGATIVE_INFINITY),
  '\u0005': (editor) => editor.move(Number.POSITIVE_INFINITY),
  '\u001b[A': (editor) => editor.recall(-1),
  '\u001b[B': (editor) => editor.recall(1),
  '\u0003': (editor) => editor.clear(),
  '\u0015': (editor) => editor.clear(),
};

/** Edits one action in a terminal: Enter completes it, Alt+Enter begins another line, the arrows move and recall. */
export class LineEditor {
  #text = '';
  #cursor = 0;
  readonly #history: string[] = [];
  /** Place in the history; at its end, the text is a new one. */
  #at = 0;
  readonly #actions: EditorActions;

  constructor(actions: EditorActions) {
    this.#actions = actions;
  }

  get state(): EditorState {
    return { text: this.#text, cursor: this.#cursor };
  }

  /** Take what the terminal sends: a key, or text that was pasted. */
  take(data: string): void {
    const key = KEYS[data];
    if (key !== undefined) key(this);
    else if (!data.startsWith('\u001b')) this.insert(typed(data));
  }

  enter(): void {
    const text = this.#text;
    if (text.trim() === '') return;
    if (this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > MOST_HISTORY) this.#history.shift();
    this.#text = '';
    this.#cursor = 0;
    this.#at = this.#history.length;
    this.#actions.enter(text);
  }

  insert(text: string): void {
    const { cursor, text: before } = this.state;
    this.#set(before.slice(0, cursor) + text + before.slice(cursor), cursor + text.length);
  }

  /** @param by -1: the character before the cursor; 1: the one after it */
  remove(by: -1 | 1): void {
    const from = by === -1 ? this.#beside(-1) : this.#cursor;
    const to = by === -1 ? this.#cursor : this.#beside(1);
    this.#set(this.#text.slice(0, from) + this.#text.slice(to), from);
  }

  move(by: number): void {
    const to = by === 1 || by === -1 ? this.#beside(by) : by < 0 ? 0 : this.#text.length;
    this.#set(this.#text, to);
  }

  recall(by: -1 | 1): void {
    this.#at = Math.min(this.#history.length, Math.max(0, this.#at + by));
    const text = this.#history[this.#at] ?? '';
    this.#set(text, text.length);
  }

  clear(): void {
    this.#set('', 0);
  }

  /** The place of the next character, which may be two code units. */
  #beside(by: -1 | 1): number {
    const to = this.#cursor + by;
    const isLow = /[\udc00-\udfff]/.test(this.#text[to] ?? '');
    return Math.min(this.#text.length, Math.max(0, isLow ? to + by : to));
  }

  #set(text: string, cursor: number): void {
    this.#text = text;
    this.#cursor = cursor;
    this.#actions.change(this.state);
  }
}

/** Pasted text with its lines, without other control characters. */
function typed(data: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return data.replaceAll(/\r\n?/g, '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
