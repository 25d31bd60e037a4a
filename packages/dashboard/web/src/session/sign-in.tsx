// Asks for the token when the server wants one.
import { useState, type SubmitEvent } from 'react';
import { Button } from '../fields/button.js';
import { RequestError, write } from '../requests/request.js';

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<string>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    write('api/session', '', { token }).then(onSignedIn, (error: unknown) =>
      setFault(error instanceof RequestError ? error.message : String(error)),
    );
  };
  return (
    <main className="notice" id="content">
      <h1>Acktor</h1>
      <p>This dashboard is for people with its token. Whoever started it has it.</p>
      <form className="sign-in" onSubmit={submit}>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <Button type="submit" look="strong">
          Open
        </Button>
      </form>
      {fault === undefined ? null : <p role="alert">{fault}</p>}
    </main>
  );
}
