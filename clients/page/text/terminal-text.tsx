import { createAnsiSequenceParser, createColorPalette, type ParseToken } from 'ansi-sequence-parser';
import { memo } from 'preact/compat';
import { useMemo, useState } from 'preact/hooks';
import { bytes } from '../parts/format.ts';
import { visibleButStyles } from './visible.ts';

/** Characters that are shown at first, and at most: what a browser draws at once. */
const FIRST = 8_000;
const MOST = 400_000;
/** Parts of different colours that are shown at most. */
const MOST_PARTS = 4_000;

const palette = createColorPalette();

/** Output of a program, with its colours. Large output is cut: its beginning and its end are shown. */
export const TerminalText = memo(({ text }: { readonly text: string }) => {
  const [most, setMost] = useState(FIRST);
  const shown = useMemo(() => cut(text, most), [text, most]);
  const left = text.length - shown.head.length - shown.tail.length;
  return (
    <div class="output">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys needs it */}
      <pre tabIndex={0}>
        <Coloured text={shown.head} />
        {left > 0 && (
          <span class="cut">{`\n⋯ ${bytes(left)} of ${bytes(text.length)} are not shown ⋯\n`}</span>
        )}
        <Coloured text={shown.tail} />
      </pre>
      {left > 0 && most < MOST && (
        <button type="button" onClick={() => setMost(MOST)}>
          Show {text.length <= MOST ? 'all' : `more of it (${bytes(MOST)})`}
        </button>
      )}
    </div>
  );
});

function cut(text: string, most: number): { head: string; tail: string } {
  if (text.length <= most) return { head: text, tail: '' };
  const half = most / 2;
  return { head: text.slice(0, half), tail: text.slice(-half) };
}

function Coloured({ text }: { readonly text: string }) {
  const tokens = useMemo(() => createAnsiSequenceParser().parse(visibleButStyles(text)), [text]);
  return (
    <>
      {tokens.slice(0, MOST_PARTS).map((token) => (
        <Token token={token} />
      ))}
      {tokens.length > MOST_PARTS &&
        tokens
          .slice(MOST_PARTS)
          .map(({ value }) => value)
          .join('')}
    </>
  );
}

function Token({ token }: { readonly token: ParseToken }) {
  const { background, decorations, foreground, value } = token;
  if (foreground === null && background === null && decorations.size === 0) return <>{value}</>;
  const classes = [...decorations].map((name) => `ansi-${name}`);
  const style: { color?: string; backgroundColor?: string } = {};
  if (foreground?.type === 'named') classes.push(`ansi-${foreground.name}`);
  else if (foreground !== null) style.color = palette.value(foreground);
  if (background?.type === 'named') classes.push(`ansi-on-${background.name}`);
  else if (background !== null) style.backgroundColor = palette.value(background);
  return (
    <span class={classes.join(' ')} style={style}>
      {value}
    </span>
  );
}
