// Who looks at this page, and what they may do.
import { createContext, useContext, type ReactNode } from 'react';
import type { SessionView } from '#protocol/requests.js';

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
