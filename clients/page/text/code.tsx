import type { ComponentChildren } from 'preact';
import { memo } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import { visible } from './visible.ts';

/** Characters that are highlighted at most: more would hold up the page. */
const MOST_HIGHLIGHTED = 20_000;
/** Characters that are shown at most. */
const MOST = 200_000;

interface Tree {
  readonly type: string;
  readonly value?: string;
  readonly properties?: { readonly className?: unknown };
  readonly children?: readonly Tree[];
}

type Highlight = (language: string, code: string) => Tree;

let loading: Promise<Highlight> | undefined;

/** The language of an environment's actions. */
export function languageOf(environment: string): string {
  if (environment.startsWith('sql')) return 'sql';
  return environment.startsWith('python') ? 'python' : 'bash';
}

/** Code of an action. The highlighter gives a tree, which becomes elements: its text is never read as HTML. */
export const Code = memo(({ code, language }: { readonly code: string; readonly language: string }) => {
  const [highlight, setHighlight] = useState<Highlight | null>(null);
  useEffect(() => {
    loading ??= import('./highlighter.ts').then((module) => module.highlight);
    void loading.then((loaded) => setHighlight(() => loaded));
  }, []);
  const text = visible(code.slice(0, MOST));
  const isHighlighted = highlight !== null && text.length <= MOST_HIGHLIGHTED;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys needs it
    <pre class="code" tabIndex={0}>
      {isHighlighted ? drawn(highlight(language, text)) : text}
      {code.length > MOST && <span class="cut">{'\n⋯ the rest is not shown ⋯'}</span>}
    </pre>
  );
});

function drawn({ children = [], properties, type, value }: Tree): ComponentChildren {
  if (type === 'text') return value;
  const inner = children.map(drawn);
  const { className } = properties ?? {};
  return Array.isArray(className) ? <span class={className.join(' ')}>{inner}</span> : inner;
}
