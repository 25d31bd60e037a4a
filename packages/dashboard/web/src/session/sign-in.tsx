// The form for a token, when the server needs one; it says so when the token in the link was refused.
import { useState, type SubmitEvent } from 'react';
import { REFUSED, type Refused } from '#protocol/requests.js';
import { Button } from '../fields/controls.js';
import { RequestError, write } from '../requests/request.js';

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<string>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    write('api/session', '', { token: tokenIn(token) }).then(onSignedIn, (error: unknown) =>
      setFault(error instanceof RequestError ? error.message : String(error)),
    );
  };
  return (
    <main className="notice" id="content">
      <h1>{refused === undefined ? 'Acktor' : refusals[refused].title}</h1>
      <p role={refused === undefined ? undefined : 'alert'}>
        {refused === undefined ? 'This dashboard is for people with its token.' : refusals[refused].words}
      </p>
      <p className="dim">
        Whoever started the dashboard has a link with the token in it, or knows the token. Open that link, or paste
        either of them here:
      </p>
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

/** Shown where the application around the dashboard decides who may come in: a token does not help. */
export function NotLetIn({ onAgain }: { readonly onAgain: () => void }) {
  return (
    <main className="notice" id="content">
      <h1>Not signed in</h1>
      <p role="alert">The application that this dashboard is part of lets in whoever has signed in there.</p>
      <p className="dim">
        Sign in to it in this browser, then try again. If you are signed in, ask who runs it for access.
      </p>
      <Button onClick={onAgain}>Try again</Button>
    </main>
  );
}

const refusals: Readonly<Record<Refused, { readonly title: string; readonly words: string }>> = {
  wrong: {
    title: 'This link does not open the dashboard',
    words:
      'Its token is not, or not any more, one of this dashboard: a dashboard may get a new one whenever it starts.',
  },
  many: {
    title: 'Too many wrong tokens',
    words: 'Nobody is let in from your address for a minute. Wait, then open the link again.',
  },
};

const refused = takeRefused();

/** Why the server refused the token in the link. It is taken out of the address, so that it is shown once. */
function takeRefused(): Refused | undefined {
  const address = new URL(window.location.href);
  const reason = address.searchParams.get(REFUSED);
  address.searchParams.delete(REFUSED);
  if (reason !== null) window.history.replaceState(null, '', address);
  return reason === 'wrong' || reason === 'many' ? reason : undefined;
}

/** People copy the whole link. */
function tokenIn(text: string): string {
  const trimmed = text.trim();
  const link = URL.canParse(trimmed) ? new URL(trimmed).searchParams.get('token') : null;
  return link ?? trimmed;
}
