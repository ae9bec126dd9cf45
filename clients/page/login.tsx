import { useState } from 'preact/hooks';
import type { Server } from './connection/server.ts';

/** Asks for the server's token. */
export function Login({ server }: { readonly server: Server }) {
  const [token, setToken] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (token !== '') server.login(token);
  };
  return (
    <section class="login">
      <h1>Log in</h1>
      <p>
        This server asks for a token: the one that it was started with, in <code>STEPWELL_TOKEN</code> or{' '}
        <code>--token</code>.
      </p>
      <form onSubmit={submit}>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <button type="submit" class="primary">
          Log in
        </button>
      </form>
      {server.refusal !== '' && (
        <p class="problem" role="alert">
          {server.refusal}
        </p>
      )}
      <p class="quiet">
        The token stays in the memory of this page. Closing or reloading the page forgets it.
      </p>
    </section>
  );
}
