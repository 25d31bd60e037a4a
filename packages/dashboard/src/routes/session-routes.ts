// Signing in and out, and the present session.
import type { IncomingMessage } from 'node:http';
import { clientAddress } from '../access/provenance.js';
import { sessionCookie, type Session, type SessionSeal } from '../access/session.js';
import type { TokenVerifier } from '../access/token-verifier.js';
import { RequestError } from '../errors.js';
import type { Route } from '../http/route.js';
import type { SessionView } from '../protocol/requests.js';
import { textIn } from './call-parameters.js';

export interface SessionDeps {
  readonly seal: Promise<SessionSeal>;
  /** Undefined where sessions do not come from tokens. */
  readonly tokens: TokenVerifier | undefined;
  /** How many proxies in front are trusted. */
  readonly trustProxy: number;
  readonly namespace: string;
  readonly version: string;
  /** The server's address to show. */
  server(): Promise<string>;
}

export function sessionRoutes(deps: SessionDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/session',
      needs: 'viewer',
      handle: async ({ session }) => ({ body: await viewOf(deps, session) }),
    },
    {
      method: 'POST',
      path: '/api/session',
      needs: 'anonymous',
      handle: async ({ request, body }) => {
        const { cookie, session } = await signIn(deps, request, textIn(body, 'token'));
        return { headers: { 'set-cookie': cookie }, body: await viewOf(deps, session) };
      },
    },
    {
      method: 'DELETE',
      path: '/api/session',
      needs: 'viewer',
      handle: async ({ request }) => ({
        headers: { 'set-cookie': sessionCookie(request, (await deps.seal).cookieName, '') },
        body: { ok: true },
      }),
    },
  ];
}

export type SignInDeps = Pick<SessionDeps, 'seal' | 'tokens' | 'trustProxy'>;

/** Exchanges a token for a session. @throws RequestError when it is wrong, or after too many wrong ones. */
export async function signIn(deps: SignInDeps, request: IncomingMessage, token: string) {
  const { tokens, trustProxy } = deps;
  if (tokens === undefined)
    throw new RequestError(409, 'ACKTOR_NO_TOKENS', 'no token is needed here, and none is known');
  const role = tokens.roleOf(token, clientAddress(request, trustProxy));
  const seal = await deps.seal;
  const { text, session } = seal.issue(role, Date.now());
  return { session, cookie: sessionCookie(request, seal.cookieName, text) };
}

async function viewOf(deps: SessionDeps, session: Session | undefined): Promise<SessionView> {
  if (session === undefined) throw new RequestError(401, 'ACKTOR_NOT_SIGNED_IN', 'expected a token: sign in first');
  const { namespace, version, tokens } = deps;
  const { role, csrf } = session;
  return { role, csrf, isByToken: tokens !== undefined, namespace, version, server: await deps.server() };
}
