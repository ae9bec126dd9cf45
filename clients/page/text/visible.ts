/** Colours and styles of a terminal: the only escape sequences that are shown as what they mean. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of an escape sequence
const STYLE = /\u001b\[[\d;:]*m/y;
/** Control characters but for tab and newline, and those that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Text with every character visible that a terminal or a browser would act on: control characters as `cat -v` shows them (`^[`, `^M`),
 * changes of direction as `⟨U+202E⟩`.
 */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, picture);
}

/** The same, but colours and styles stay escape sequences. */
export function visibleButStyles(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, (character, at: number, whole: string) => {
    if (character !== '\u001b') return picture(character);
    STYLE.lastIndex = at;
    return STYLE.test(whole) ? character : picture(character);
  });
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x80) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
