// The one gate: every request passes here before a route sees it.
import type { IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import { RequestError } from '../errors.js';
import type { Role } from '../protocol/requests.js';
import { requireLocalHost, requireOwnOrigin } from './provenance.js';
import { permits, type Needs, type Session, type SessionSeal } from './session.js';
import { equalTexts, type Tokens } from './token-verifier.js';

/** The application's own decision: returns the caller's role, or undefined for a caller without one. */
export type Authorize = (request: IncomingMessage) => Role | undefined | Promise<Role | undefined>;

/** Where roles come from. */
export type Trust =
  /** Every user of this machine is an operator, by `trustMachine`. */
  | { readonly kind: 'machine' }
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'application'; readonly authorize: Authorize };

export interface GateDeps {
  readonly trust: Trust;
  readonly seal: Promise<SessionSeal>;
  /** The origins that people see, besides the Host of a request. */
  readonly origins: readonly string[];
}

/** What the gate needs to know of a route. */
export interface Guarded {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly needs: Needs;
}

export class Gate {
  readonly #deps: GateDeps;

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  /**
   * Lets a request pass to a route. Resolves with the session it belongs to, if any.
   *
   * @throws RequestError 401 without a session, 403 for a role, an origin, a host or a token that does not suffice.
   */
  async admit(request: IncomingMessage, route: Guarded): Promise<Session | undefined> {
    const { trust, origins } = this.#deps;
    const changes = route.method !== 'GET';
    if (trust.kind === 'machine') requireLocalHost(request);
    // A link on another site may open the page, which holds no data.
    if (changes || route.needs !== 'anonymous') requireOwnOrigin(request, origins);
    const session = await this.#sessionOf(request);
    if (!permits(session, route.needs, Date.now())) throw refusal(session, route.needs, trust);
    if (changes && route.needs !== 'anonymous') requireCsrf(request, session);
    return session;
  }

  async #sessionOf(request: IncomingMessage): Promise<Session | undefined> {
    const { trust } = this.#deps;
    const seal = await this.#deps.seal;
    switch (trust.kind) {
      case 'machine':
        return seal.withoutCookie('operator', Infinity);
      case 'application': {
        const role = await trust.authorize(request);
        return role === undefined ? undefined : seal.withoutCookie(role, Date.now() + AUTHORIZED_MS);
      }
      case 'tokens': {
        const text = parseCookie(request.headers.cookie ?? '')[seal.cookieName];
        return text === undefined ? undefined : seal.read(text, Date.now());
      }
    }
  }
}

/** How long a live stream may last until the application is asked again. */
const AUTHORIZED_MS = 10 * 60_000;

function requireCsrf({ headers }: IncomingMessage, session: Session | undefined): void {
  const given = headers['x-acktor-csrf'];
  if (session !== undefined && typeof given === 'string' && equalTexts(given, session.csrf)) return;
  throw new RequestError(
    403,
    'ACKTOR_BAD_CSRF',
    "expected the session's token in the header x-acktor-csrf: GET api/session tells it. Where several processes serve the " +
      'dashboard, pass the same secret to all of them: each knows only the tokens of its own',
  );
}

function refusal(session: Session | undefined, needs: Needs, { kind }: Trust): RequestError {
  if (session === undefined && kind === 'application')
    return new RequestError(401, 'ACKTOR_NOT_LET_IN', 'expected a person whom the application lets in: sign in there');
  if (session === undefined) return new RequestError(401, 'ACKTOR_NOT_SIGNED_IN', 'expected a token: sign in first');
  return new RequestError(403, 'ACKTOR_NOT_ALLOWED', `expected an ${needs}, got a ${session.role}`);
}
