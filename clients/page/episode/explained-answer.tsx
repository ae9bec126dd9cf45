import type { ExplainedAnswer as Answer } from '../../../protocol/explanation.ts';
import { visible } from '../text/visible.ts';

/** Expected and given answer side by side, with the first difference marked. */
export function ExplainedAnswer({ answer }: { readonly answer: Answer }) {
  const { expected, first_difference: at, given } = answer;
  return (
    <div>
      <h3>
        Answer{' '}
        <span class="quiet">{at === null ? 'as expected' : `differs from character ${at + 1} on`}</span>
      </h3>
      <div class="sides">
        <figure>
          <figcaption>Expected</figcaption>
          <Marked text={expected} at={at} />
        </figure>
        <figure>
          <figcaption>Given</figcaption>
          <Marked text={given} at={at} />
        </figure>
      </div>
    </div>
  );
}

function Marked({ text, at }: { readonly text: string; readonly at: number | null }) {
  if (at === null) return <pre class="code">{plain(text)}</pre>;
  const end = at + (text.codePointAt(at) ?? 0) > 0xffff ? at + 2 : at + 1;
  const marked = text.slice(at, end);
  return (
    <pre class="code">
      {plain(text.slice(0, at))}
      <mark>
        {marked === '' ? '∎ ends here' : marked === '\n' ? '⏎\n' : marked === ' ' ? '␣' : plain(marked)}
      </mark>
      {plain(text.slice(end))}
    </pre>
  );
}

function plain(text: string): string {
  return visible(text);
}
