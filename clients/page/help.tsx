import type { RefObject } from 'preact';
import { KEY_HELP } from './parts/keys.ts';

/** The keys of the page. */
export function Help({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title">
      <form method="dialog">
        <h2 id="help-title">Keys</h2>
        <dl>
          {KEY_HELP.map(({ does, keys }) => (
            <div>
              <dt>
                {keys.split(/ +/).map((key) => (
                  <kbd>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
