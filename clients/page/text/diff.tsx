import { visible } from './visible.ts';

/** Lines that are shown at most. */
const MOST_LINES = 600;

/** A diff in the unified format, line by line: `-` is the gold, `+` the agent. */
export function Diff({ text }: { readonly text: string }) {
  const lines = visible(text).split('\n');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys needs it
    <pre class="diff" tabIndex={0}>
      {lines.slice(0, MOST_LINES).map((line) => (
        <span class={toneOf(line)}>{`${line}\n`}</span>
      ))}
      {lines.length > MOST_LINES && <span class="cut">⋯ {lines.length - MOST_LINES} more lines ⋯</span>}
    </pre>
  );
}

function toneOf(line: string): string {
  if (line.startsWith('@@') || line.startsWith('---') || line.startsWith('+++')) return 'at';
  return line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : '';
}
