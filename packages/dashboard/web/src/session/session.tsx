// The session of the person at this page: their role, and how to end it.
import { createContext, useContext, type ReactNode } from 'react';
import type { SessionView } from '#protocol/requests.js';
import { Button } from '../fields/controls.js';
import { announce } from '../notice/announcer.js';
import { end, RequestError } from '../requests/request.js';

const SessionContext = createContext<SessionView | undefined>(undefined);

export function SessionProvider({
  session,
  children,
}: {
  readonly session: SessionView;
  readonly children: ReactNode;
}) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): SessionView {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('a page is drawn within a session');
  return session;
}

/** Shows what only operators may do. */
export function OperatorOnly({ children }: { readonly children: ReactNode }) {
  return useSession().role === 'operator' ? children : null;
}

/** Ends a session that began with a token. */
export function SignOut() {
  const { isByToken, csrf } = useSession();
  if (!isByToken) return null;
  // To load the page again ends the live stream, and drops all data.
  const signOut = () => void end('api/session', csrf).then(() => location.reload(), refused);
  return <Button onClick={signOut}>Sign out</Button>;
}

function refused(error: unknown): void {
  if (error instanceof RequestError && error.status === 401) return location.reload();
  announce(`You are still signed in. ${error instanceof Error ? error.message : String(error)}`);
}
