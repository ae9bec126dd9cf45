import { useEffect, useRef } from 'preact/hooks';
import type { PlaySession } from './session.ts';

/** A terminal in which the actions of a session are typed. xterm.js is loaded with the first one. */
export function Terminal({ session }: { readonly session: PlaySession }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let end = (): void => {};
    let gone = false;
    void import('./terminal-screen.ts').then(({ TerminalScreen }) => {
      if (gone || place.current === null) return;
      const screen = new TerminalScreen(place.current, session);
      end = () => screen.close();
    });
    return () => {
      gone = true;
      end();
    };
  }, [session]);
  return <div class="play-terminal" ref={place} />;
}
